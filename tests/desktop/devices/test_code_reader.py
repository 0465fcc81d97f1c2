"""Codes are read off frames as cameras give them, once each, and nobody waits for it."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtMultimedia import QCameraFormat, QVideoFrame
from pytestqt.qtbot import QtBot

from desktop.devices.camera import SystemCamera, fitting
from desktop.devices.code_reader import GONE_S, CodeReader, Glance, Sightings, brightness, read
from desktop.devices.frames import Trouble
from shared.checkin.ticket_code import PREFIX
from tests.desktop.devices.pictures import frame, scene

pytestmark = pytest.mark.qt_log_ignore("qt.multimedia", "No RHI backend", "Couldn't load", "Couldn't resolve")
CODE = PREFIX + "ABCDEFGH234567" * 14 + "ABCDEFGH"
OTHER = PREFIX + "234567ABCDEFGH" * 14 + "ABCDEFGH"
FOREIGN = "https://example.org/badge/17"


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(lambda: scene(CODE), id="straight"),
        pytest.param(lambda: scene(CODE, turned=33), id="turned"),
        pytest.param(lambda: scene(CODE, turned=180), id="upside down"),
        pytest.param(lambda: scene(CODE, light=0.12), id="in the dark"),
        pytest.param(lambda: scene(CODE, blur=4), id="out of focus"),
        pytest.param(lambda: scene(CODE, side=220), id="far away"),
        pytest.param(lambda: scene(CODE, turned=12, light=0.3, blur=2, noise=1000), id="all of it"),
        pytest.param(lambda: scene(CODE).flipped(Qt.Orientation.Horizontal), id="by a mirroring camera"),
    ],
)
def test_a_ticket_is_read(qtbot: QtBot, picture: Callable[[], QImage]) -> None:
    assert read(frame(picture())).texts == (CODE,)


def test_a_code_on_a_dark_screen_is_read(qtbot: QtBot) -> None:
    picture = scene(CODE)
    picture.invertPixels()
    assert read(frame(picture)).texts == (CODE,)


def test_an_empty_table_shows_no_code(qtbot: QtBot) -> None:
    glance = read(frame(scene()))
    assert glance.texts == ()
    assert glance.picture.width() == 480


def test_colours_of_any_camera_become_brightness(qtbot: QtBot) -> None:
    grey = QImage(700, 300, QImage.Format.Format_RGB32)  # a width that fills no line of memory
    grey.fill(QColor(128, 128, 128))
    for one in (frame(grey), QVideoFrame(grey)):
        seen = brightness(one)
        assert seen.size() == grey.size()
        assert abs(seen.pixelColor(699, 299).value() - 128) <= 1
    assert brightness(QVideoFrame()).isNull()


@pytest.mark.parametrize(
    ("texts", "meant"),
    [
        ((), None),
        ((FOREIGN,), FOREIGN),
        ((FOREIGN, CODE), CODE),
        ((CODE, CODE), CODE),
        ((CODE, OTHER), None),
        ((FOREIGN, "other"), None),
    ],
)
def test_of_several_codes_ours_is_meant_and_of_several_of_ours_none(texts: tuple[str, ...], meant: str | None) -> None:
    assert Glance(texts=texts, picture=QImage()).meant == meant


def test_a_code_that_is_held_is_new_once() -> None:
    time = Time()
    sightings = Sightings(time)
    assert sightings.is_new(CODE)
    for _ in range(100):
        time.now += GONE_S * 0.9  # a camera loses it for a moment, again and again
        assert not sightings.is_new(CODE)
    time.now += 0.1
    assert sightings.is_new(OTHER)
    assert not sightings.is_new(CODE), "the one before is still there"
    time.now += GONE_S
    assert sightings.is_new(CODE), "it was taken away, and comes again"
    sightings.forget()
    assert sightings.is_new(CODE)


def test_thirty_frames_of_a_code_are_one_scan(qtbot: QtBot) -> None:
    reader = CodeReader(clock=Time())
    heard: list[str] = []
    glances: list[Glance] = []
    reader.coded.connect(heard.append)
    reader.glanced.connect(glances.append)
    for number in range(30):
        reader.look(frame(scene(CODE, turned=number)))
        qtbot.waitUntil(lambda: not reader.is_reading, timeout=30_000)
    assert heard == [CODE]
    assert len(glances) == 30


def test_frames_that_come_too_quickly_are_passed_over_but_for_the_newest(qtbot: QtBot) -> None:
    reader = CodeReader(clock=Time())
    heard: list[str] = []
    glances: list[Glance] = []
    reader.coded.connect(heard.append)
    reader.glanced.connect(glances.append)
    first, passed_over, last = frame(scene(CODE)), frame(scene(FOREIGN)), frame(scene(OTHER))
    for one in (first, *[passed_over] * 20, last):
        reader.look(one)
    assert not heard, "nobody waits for the reading"
    qtbot.waitUntil(lambda: len(glances) == 2, timeout=30_000)
    assert heard == [CODE, OTHER]


def test_what_is_on_its_way_when_the_camera_is_switched_off_is_no_scan(qtbot: QtBot) -> None:
    reader = CodeReader(clock=Time())
    heard: list[str] = []
    reader.coded.connect(heard.append)
    reader.look(frame(scene(CODE)))
    reader.forget()
    qtbot.waitUntil(lambda: not reader.is_reading, timeout=30_000)
    assert not heard
    reader.look(frame(scene(OTHER)))
    qtbot.waitUntil(lambda: heard == [OTHER], timeout=30_000)


def test_a_refused_camera_is_said(qtbot: QtBot) -> None:
    told: list[Trouble] = []
    camera = SystemCamera(ask=lambda tell: tell(Qt.PermissionStatus.Denied))
    camera.troubled.connect(told.append)
    camera.start("")
    assert told == [Trouble.REFUSED]
    camera.stop()


def test_an_answer_that_comes_too_late_starts_nothing(qtbot: QtBot) -> None:
    asked: list[Callable[[Qt.PermissionStatus], None]] = []
    told: list[Trouble] = []
    camera = SystemCamera(ask=asked.append)
    camera.troubled.connect(told.append)
    camera.start("")
    camera.stop()
    asked[0](Qt.PermissionStatus.Granted)
    assert told == []


def test_a_machine_without_a_camera_says_so(qtbot: QtBot) -> None:
    told: list[Trouble] = []
    camera = SystemCamera(ask=lambda tell: tell(Qt.PermissionStatus.Granted))
    if camera.cameras():
        pytest.skip("this machine has a camera")
    camera.troubled.connect(told.append)
    camera.start("one that is not there")
    assert told == [Trouble.NO_CAMERA]
    camera._on_devices()
    assert told[-1] is Trouble.UNPLUGGED
    camera.stop()


def test_no_format_fits_where_there_is_none() -> None:
    assert fitting([]) is None
    unknown = QCameraFormat()
    assert fitting([unknown]) == unknown
