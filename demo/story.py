"""The story from beginning to end, and what is left of it."""

import shutil
from pathlib import Path
from typing import Final

from demo import onsite, pictures, registering, reunion, selling, train
from demo.frab import read_file
from demo.laptop import Laptop
from demo.processes import ROOT, Processes, Server
from demo.registrant import WebApi
from demo.telling import Telling, Untrue
from demo.world import SCHEDULE_FILE, SLUG, World

_MARK: Final = "demo.txt"
PLAYED: Final = "played.txt"
"""It is there when the whole story was played."""


def play(folder: Path, told: Telling) -> None:
    """Play the whole story in a folder of its own. Untrue if a claim of it does not hold."""
    _make_empty(folder)
    with Processes(folder) as processes:
        server = Server(processes, folder / "server")
        a, b, c = (Laptop(processes, name, server.url) for name in ("A", "B", "C"))
        world = World(
            told=told,
            folder=folder,
            processes=processes,
            server=server,
            schedule=read_file(SCHEDULE_FILE),
            a=a,
            b=b,
            c=c,
            api=WebApi(server.url, SLUG),
        )
        code = train.a_server(world)
        train.on_the_train(world, code)
        access_code = train.published(world)
        registering.speakers_register(world)
        registering.a_group_pays(world)
        selling.dinners(world)
        onsite.door_and_office(world, access_code)
        onsite.an_hour_offline(world)
        reunion.the_organizer_is_back(world)
        reunion.killed_in_the_middle(world)
        reunion.contradictions(world)
        reunion.shut_and_opened(world)
        reunion.the_hold_ends(world)
        reunion.all_equal(world)
        _what_is_left(world)
        world.api.close()
    (folder / PLAYED).write_text("The whole story was played, and every claim held.\n")


def _what_is_left(world: World) -> None:
    told, folder = world.told, shown(world.folder)
    for one in world.laptops:
        one.quit()
    told.chapter("What is left")
    mails = len(list((world.data / "mail").glob("*.eml")))
    shots = sorted(one.name for one in (world.folder / pictures.FOLDER).glob("*.png"))
    if shots:
        told.line(f"{folder / pictures.FOLDER}: {len(shots)} pictures of the windows of A and B")
    told.line(f"{folder / 'server'}: the server's database, and {mails} mails as .eml files in mail/")
    told.line(f"{folder / 'profiles'}: the laptops' encrypted files; {folder / 'logs'}: what every process said")
    told.line("`make demo-ui` opens the windows on this data")


def shown(folder: Path) -> Path:
    """The folder as somebody types it who is in the project."""
    return folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder


def _make_empty(folder: Path) -> None:
    """Remove what an earlier story left there, and nothing else."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).exists():
            raise Untrue(f"{folder} is not empty, and not from an earlier demo. Name another folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text("Written by `python -m demo`, which removes it at its next start.\n")
