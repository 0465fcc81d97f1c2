"""Mails stand back while commands come, and not for ever."""

from dataclasses import dataclass, field

from server.courtesy import Courtesy


@dataclass
class Watch:
    """Time that passes while somebody sleeps; commands come at these moments of it."""

    commands: list[float] = field(default_factory=list)
    now_s: float = 100.0

    def __post_init__(self) -> None:
        self.courtesy = Courtesy(now_s=lambda: self.now_s, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        until = self.now_s + seconds
        for moment in [one for one in self.commands if self.now_s < one <= until]:
            self.now_s = moment
            self.courtesy.came()
        self.now_s = until

    def waited_s(self) -> float:
        """How long somebody stood back."""
        began = self.now_s
        self.courtesy.stand_back()
        return self.now_s - began


def test_without_commands_nobody_waits() -> None:
    assert Watch().waited_s() == 0


def test_what_came_a_moment_ago_is_waited_for_once() -> None:
    watch = Watch()
    watch.courtesy.came()
    assert watch.waited_s() == 1 / 64
    assert watch.waited_s() == 0


def test_commands_in_close_succession_keep_it_back_until_they_are_through() -> None:
    watch = Watch([100 + number / 128 for number in range(1, 9)])
    watch.courtesy.came()
    assert watch.waited_s() == 5 / 64


def test_a_rush_that_does_not_end_keeps_nothing_back_for_ever() -> None:
    watch = Watch([100 + number / 128 for number in range(1, 10_000)])
    watch.courtesy.came()
    assert [watch.waited_s() for _ in range(3)] == [1 / 4] * 3
