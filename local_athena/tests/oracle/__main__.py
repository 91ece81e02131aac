"""The command `scripts/oracle`."""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.oracle.comparison import Verdict
from tests.oracle.examining import Finding, examine, format_table, mark
from tests.oracle.fuzzing import Functions, Fuzzer
from tests.oracle.goldens import FOLDER, golden_files, read_goldens, write_goldens
from tests.oracle.recording import Recorder, features, note_recording
from tests.oracle.trino import Oracle

_Run = Callable[[argparse.Namespace], None]
_DEFAULT_URL = "http://127.0.0.1:8085"
_FUZZ_DEADLINE_SECONDS = 10.0
_ALLOWLIST = Path(__file__).parents[3] / "data_hist/sql_guard/function_allowlist.txt"


def main() -> None:
    """Run a subcommand."""
    options = _parser().parse_args()
    options.run(options)


def _record(options: argparse.Namespace) -> None:
    recorder = Recorder(options.trino_url)
    for feature in options.feature or features():
        asked, changed = recorder.record(feature, again=options.again)
        print(f"{feature}: {asked} asked, {changed} new or different", flush=True)


def _compare(options: argparse.Namespace) -> None:
    counts: dict[str, Counter[Verdict]] = {}
    causes: Counter[str] = Counter()
    for path in _chosen_files(options.feature):
        findings = list(examine(read_goldens(path)))
        counts[path.stem] = Counter(finding.verdict for finding in findings)
        causes.update(finding.golden.known for finding in findings if finding.golden.known)
        _show(findings, options)
    print(format_table(counts))
    if options.causes:
        print("\n".join(f"{number:6} {cause}" for cause, number in causes.most_common()))


def _show(findings: Iterable[Finding], options: argparse.Namespace) -> None:
    for finding in findings:
        chosen = finding.verdict.value == options.examples
        if chosen or (options.unexpected and not finding.is_expected):
            print(f"{finding}\n")


def _mark(options: argparse.Namespace) -> None:
    for path in _chosen_files(options.feature):
        goldens = read_goldens(path)
        hanging = [golden for golden in goldens if golden.hangs]
        write_goldens(path, [*hanging, *mark(examine(goldens))])


def _fuzz(options: argparse.Namespace) -> None:
    oracle = Oracle(options.trino_url)
    allowed = frozenset(_ALLOWLIST.read_text().split())
    functions = Functions.of_rows(oracle.rows("SHOW FUNCTIONS"), allowed)
    recorded = {golden.sql for path in golden_files() for golden in read_goldens(path)}
    made = dict.fromkeys(Fuzzer(options.seed, functions).statements(options.count))
    asked = (oracle.ask(sql) for sql in made if sql not in recorded)
    findings = list(examine(asked, _FUZZ_DEADLINE_SECONDS))
    wrong = [finding for finding in findings if finding.verdict is not Verdict.RIGHT]
    for finding in wrong:
        print(f"{finding}\n")
    print(format_table({f"seed {options.seed}": Counter(each.verdict for each in findings)}))
    if options.keep:
        path = FOLDER / f"{options.keep}.jsonl"
        kept = [each for each in wrong if oracle.ask(each.golden.sql) == each.golden]
        write_goldens(path, [*read_goldens(path), *mark(kept)])
        note_recording(options.keep, oracle)


def _chosen_files(chosen: Sequence[str]) -> list[Path]:
    return [FOLDER / f"{feature}.jsonl" for feature in chosen] or golden_files()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/oracle",
        description="Compares the embedded engine with what a real Trino answers.",
    )
    commands = parser.add_subparsers(required=True)
    record = _command(commands, "record", _record, "ask Trino what the corpora lack in goldens")
    record.add_argument("--again", action="store_true", help="ask for every golden again")
    compare = _command(commands, "compare", _compare, "count how the embedded engine answers")
    compare.add_argument(
        "--examples",
        metavar="VERDICT",
        choices=[verdict.value for verdict in Verdict],
        help="show each statement with this verdict, such as 'wrong value'",
    )
    compare.add_argument(
        "--unexpected", action="store_true", help="show what the tests would fail for"
    )
    compare.add_argument("--causes", action="store_true", help="count the causes that are known")
    _command(commands, "mark", _mark, "mark differences that have no cause yet, unmark right ones")
    fuzz = _command(commands, "fuzz", _fuzz, "ask both for statements made by chance")
    fuzz.add_argument("--seed", type=int, required=True)
    fuzz.add_argument("--count", type=int, default=500, help="how many statements (500)")
    fuzz.add_argument(
        "--keep",
        metavar="FEATURE",
        help="add what differs to these goldens, if Trino's answer is the same again",
    )
    for asking in (record, fuzz):
        asking.add_argument("--trino-url", default=_DEFAULT_URL, help=_DEFAULT_URL)
    for choosing in (record, compare, commands.choices["mark"]):
        choosing.add_argument("feature", nargs="*", help="such as dates; all of them by default")
    return parser


def _command(commands: Any, name: str, run: _Run, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=f"{text.capitalize()}."
    )
    command.set_defaults(run=run)
    return command


if __name__ == "__main__":
    main()
