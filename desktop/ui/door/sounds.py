"""A sound for each verdict, made of sines at the start. A machine without loudspeakers stays silent."""

import math
import struct
import wave
from collections.abc import Mapping
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTemporaryDir, QUrl
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QSoundEffect


class Sound(StrEnum):
    """What a verdict sounds like."""

    ADMIT = "admit"
    LEAVE = "leave"
    CARE = "care"
    STOP = "stop"


NOTES: Final[Mapping[Sound, tuple[tuple[float, int], ...]]] = {
    Sound.ADMIT: ((880.0, 70), (1318.5, 110)),
    Sound.LEAVE: ((880.0, 90), (659.3, 110)),
    Sound.CARE: ((587.3, 110), (0.0, 50), (587.3, 160)),
    Sound.STOP: ((196.0, 380),),
}
"""Frequency in Hz and length in ms: up is in, down is out, twice the same is care, low and long is stop."""

_RATE: Final = 22_050  # samples a second
_LOUDNESS: Final = 0.5
_EDGE_S: Final = 0.006  # faded in and out, so that nothing clicks
# Nobody sees these screens, and nobody would hear them: tests and pictures.
_SILENT_PLATFORMS: Final = frozenset({"offscreen", "minimal"})


class Sounds(QObject):
    """Plays a sound when told to. `prepare` looks for loudspeakers, which takes a while: not while a verdict waits."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._folder = QTemporaryDir()
        self._effects: dict[str, QSoundEffect] = {}

    def prepare(self) -> None:
        """Make the sounds, if there is something to play them on."""
        if self._effects or QGuiApplication.platformName() in _SILENT_PLATFORMS or not self._folder.isValid():
            return
        from PySide6.QtMultimedia import QMediaDevices, QSoundEffect

        if not QMediaDevices.audioOutputs():
            return
        for one in NOTES:
            file = Path(self._folder.filePath(f"{one}.wav"))
            try:
                file.write_bytes(wave_of(one))
            except OSError:
                return
            effect = self._effects[one.value] = QSoundEffect(self)
            effect.setSource(QUrl.fromLocalFile(str(file)))

    def play(self, sound: str) -> None:
        """Sound a verdict; the last one is cut short."""
        for effect in self._effects.values():
            effect.stop()
        if (wanted := self._effects.get(sound)) is not None:
            wanted.play()


def wave_of(sound: Sound) -> bytes:
    """A sound as a WAV file: mono, 16 bits."""
    file = BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setnchannels(1)
        writing.setsampwidth(2)
        writing.setframerate(_RATE)
        for frequency, length_ms in NOTES[sound]:
            writing.writeframes(_note(frequency, length_ms))
    return file.getvalue()


def _note(frequency: float, length_ms: int) -> bytes:
    samples = _RATE * length_ms // 1000
    edge = _EDGE_S * _RATE
    turn = 2 * math.pi * frequency / _RATE
    loudness = (min(1.0, at / edge, (samples - at) / edge) * _LOUDNESS for at in range(samples))
    return b"".join(struct.pack("<h", int(32767 * loud * math.sin(turn * at))) for at, loud in enumerate(loudness))
