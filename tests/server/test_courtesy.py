"""Mails stand back while commands come, and not for ever."""

from dataclasses import dataclass, field

from server.courtesy import Courtesy


@dataclass
class Watch:
    """Time that passes while somebody sleeps. `spans` say from when to when commands are handled."""

    spans: list[tuple[float, float]] = field(default_factory=list)
    now_s: float = 0.0

    def __post_init__(self) -> None:
        self.courtesy = Courtesy(now_s=lambda: self.now_s, sleep=self._sleep)
        self._pass_until(0.0)

    def _sleep(self, seconds: float) -> None:
        self._pass_until(self.now_s + seconds)

    def _pass_until(self, moment: float) -> None:
        begins = [(begin, self.courtesy.begin) for begin, _ in self.spans]
        ends = [(end, self.courtesy.end) for _, end in self.spans]
        for at, happen in sorted((*begins, *ends), key=lambda one: one[0]):
            if self.now_s < at <= moment or (at == moment == 0.0):
                self.now_s = at
                happen()
        self.now_s = moment

    def waited_s(self) -> float:
        """How long somebody stood back."""
        began = self.now_s
        self.courtesy.stand_back()
        return self.now_s - began


def test_without_commands_nobody_waits() -> None:
    assert Watch().waited_s() == 0


def test_while_commands_are_handled_it_stands_back_and_a_moment_longer() -> None:
    watch = Watch([(0, 5 / 64)])
    assert watch.waited_s() == 6 / 64
    assert watch.waited_s() == 0


def test_commands_in_close_succession_keep_it_back_until_they_are_through() -> None:
    assert Watch([(number / 64, number / 64 + 1 / 128) for number in range(4)]).waited_s() == 5 / 64


def test_a_rush_that_does_not_end_keeps_nothing_back_for_ever() -> None:
    watch = Watch([(0, 10_000)])
    assert [watch.waited_s() for _ in range(3)] == [1 / 4] * 3
