"""`make demo`: create the database, tell the demo's story, write its files, serve it.

Everything lies in one folder; run again, it serves what is there. Ctrl-C ends the server and leaves the data whole.
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

from recruit.settings import Settings

READY = "ready"


def main() -> None:
    """Read the arguments, make what is missing, serve."""
    arguments = _arguments()
    folder: Path = arguments.folder
    if arguments.reset and folder.exists():
        _refuse_strange(folder)
        shutil.rmtree(folder)
    settings = _settings(folder, arguments.port)
    if not arguments.no_serve:
        _check_port(settings)
    if not (folder / READY).exists():
        _make(folder, settings)
    _greet(folder, settings)
    if not arguments.no_serve:
        _serve(settings)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="recruit.demo", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("demo"), help="where the demo's data lies")
    parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1")
    parser.add_argument("--reset", action="store_true", help="make the data anew")
    parser.add_argument("--no-serve", action="store_true", help="only make the data and the files")
    return parser.parse_args()


def _settings(folder: Path, port: int) -> Settings:
    return Settings(data_dir=str(folder), base_url=f"http://127.0.0.1:{port}", port=port, mail_url="catch:")


def _refuse_strange(folder: Path) -> None:
    if not (folder / "recruit.db").exists() and any(folder.iterdir()):
        sys.exit(f"{folder} holds other things than a demo. Remove it yourself, or give another --folder.")


def _check_port(settings: Settings) -> None:
    from recruit.server import PortTaken, check_port

    try:
        check_port(settings.host, settings.port)
    except PortTaken as error:
        sys.exit(str(error))


def _make(folder: Path, settings: Settings) -> None:
    """Make everything in one transaction: an interrupted run leaves an empty database, and the next begins anew."""
    from recruit import clock
    from recruit.database import AllRegions, make_engine, make_session, transaction
    from recruit.demo.letters import arrive
    from recruit.demo.story import make
    from recruit.exports.files import write_region
    from recruit.migrate import upgrade
    from recruit.storage import Storage
    from recruit.web import build_app

    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)

    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(settings.attachments, ignore_errors=True)
    tell("Creating the database through the migrations …")
    upgrade(settings.database)
    engine = make_engine(settings.database)
    speaking = build_app(settings).app_context()  # reasons are kept in words, which need a language: Swedish
    with speaking, make_session(engine, scope=AllRegions("the demo makes a region")) as session:
        with transaction(session):
            today = clock.in_stockholm(clock.now()).date()
            session.info["base_url"] = settings.base_url
            group = make(session, Storage(settings.attachments), today=today, tell=tell)
            caught = arrive(session)
        tell("Writing the interview list and the audit report …")
        for path in write_region(session, group.region, folder / "files", tell=tell):
            tell(f"  {path}")
    tell(f"{caught} messages caught; the demo sends nothing.")
    engine.dispose()
    (folder / READY).write_text("The demo's data is whole. make demo-reset makes it anew.\n")


def _greet(folder: Path, settings: Settings) -> None:
    from recruit.demo.region import PASSWORD, SLUG

    people = (
        ("Coordinator", f"samordnare@{SLUG}.example"),
        ("Coordinator 2", f"ordforande@{SLUG}.example"),
        ("Assessor", f"bedomare1@{SLUG}.example"),
        ("Auditor", f"granskare@{SLUG}.example"),
        ("Administrator", f"administrator@{SLUG}.example"),
        ("Applicant", "applicant149@example.org"),
    )
    print(f"\nThe demo of Region Älvmark. Everyone in it is invented. Files: {folder / 'files'}/")
    print(f"\n  {settings.base_url}\n")
    for role, email in people:
        print(f"  {role:<14} {email:<36} {PASSWORD}")
    print(f"\n  Caught mail    {settings.base_url}/demo/mail\n\nCtrl-C stops it; the data stays.", flush=True)


def _serve(settings: Settings) -> None:
    from recruit.server import run

    run(settings, host=settings.host, port=settings.port, workers=1, threads=8)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped. What was being made is undone; run it again.")
