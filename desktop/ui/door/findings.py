"""What the rules say of a scan, as the door shows it: a word, a sentence, a tone and a shape."""

from dataclasses import dataclass
from typing import Final

from desktop.ui import words
from desktop.ui.door.sounds import Sound
from desktop.ui.parts.shapes import Shape
from desktop.ui.tokens import Tone
from desktop.ui.translation import QT_TRANSLATE_NOOP
from shared.checkin.admission import Action
from shared.checkin.verdict import Finding


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict is shown, and heard."""

    word: str
    sentence: str
    tone: Tone
    shape: Shape
    sound: Sound


_GOOD: Final = (Tone.GOOD, Shape.CHECK, Sound.ADMIT)
_OUT: Final = (Tone.GOOD, Shape.OUT, Sound.LEAVE)
_CARE: Final = (Tone.CAUTION, Shape.WARNING, Sound.CARE)
_STOP: Final = (Tone.BAD, Shape.CROSS, Sound.STOP)
_LOOKS: Final = {
    Finding.ADMIT: (QT_TRANSLATE_NOOP("words", "Admit"), "", _GOOD),
    Finding.UNLISTED: (
        QT_TRANSLATE_NOOP("words", "Admit"),
        QT_TRANSLATE_NOOP("words", "A genuine ticket, not known on this device yet."),
        _GOOD,
    ),
    Finding.LEAVE: (QT_TRANSLATE_NOOP("words", "Goodbye"), QT_TRANSLATE_NOOP("words", "The exit is recorded."), _OUT),
    Finding.ALREADY_INSIDE: (
        QT_TRANSLATE_NOOP("words", "Already inside"),
        QT_TRANSLATE_NOOP("words", "Somebody came in with this ticket before."),
        _CARE,
    ),
    Finding.WRONG_AREA: (
        QT_TRANSLATE_NOOP("words", "Wrong area"),
        QT_TRANSLATE_NOOP("words", "This ticket is genuine, but not for this area."),
        _STOP,
    ),
    Finding.CANCELLED: (
        QT_TRANSLATE_NOOP("words", "Cancelled"),
        QT_TRANSLATE_NOOP("words", "This seat was cancelled."),
        _STOP,
    ),
    Finding.REVOKED: (
        QT_TRANSLATE_NOOP("words", "Revoked"),
        QT_TRANSLATE_NOOP("words", "This code was replaced: there is a newer one for the seat."),
        _STOP,
    ),
    Finding.NOT_ASSIGNED: (
        QT_TRANSLATE_NOOP("words", "Not assigned"),
        QT_TRANSLATE_NOOP("words", "Nobody is named for this seat."),
        _CARE,
    ),
    Finding.UNKNOWN: (
        QT_TRANSLATE_NOOP("words", "Unknown"),
        QT_TRANSLATE_NOOP("words", "This device knows no such ticket, or its data are older."),
        _STOP,
    ),
    Finding.UNKNOWN_AREA: (
        QT_TRANSLATE_NOOP("words", "Unknown area"),
        QT_TRANSLATE_NOOP("words", "Choose an area above."),
        _STOP,
    ),
    Finding.FORGED: (
        QT_TRANSLATE_NOOP("words", "Not genuine"),
        QT_TRANSLATE_NOOP("words", "The code looks like one of ours, but it is not genuine."),
        _STOP,
    ),
    Finding.OUT_OF_TIME: (
        QT_TRANSLATE_NOOP("words", "Not valid now"),
        QT_TRANSLATE_NOOP("words", "A genuine ticket, for another time."),
        _STOP,
    ),
    Finding.OTHER_CONFERENCE: (
        QT_TRANSLATE_NOOP("words", "Other conference"),
        QT_TRANSLATE_NOOP("words", "A ticket, but of another conference."),
        _STOP,
    ),
    Finding.UNREADABLE: (
        QT_TRANSLATE_NOOP("words", "No ticket"),
        QT_TRANSLATE_NOOP("words", "This code is no ticket of ours, or it is damaged."),
        _STOP,
    ),
}


def look(finding: Finding, action: Action) -> Look:
    """How a scan looks, given what the rules said and what the gate did."""
    word, sentence, (tone, shape, sound) = _LOOKS[finding]
    if action is Action.OVERRIDDEN:
        against = words.say("Let in against the verdict: {word}.", word=words.inside(words.say(word)))
        return Look(words.say("Overridden"), against, *_CARE)
    return Look(words.say(word), words.say(sentence) if sentence else "", tone, shape, sound)


def finding_name(finding: Finding) -> str:
    return words.say(_LOOKS[finding][0])
