"""JUnit XML, the format in which continuous integration reads the results of tests."""

from __future__ import annotations

from xml.etree import ElementTree

from scmlang.cli.test import BAD, OPEN, Outcome
from scmlang.diagnostics.base import ScmError
from scmlang.diagnostics.width import clean


def to_junit(found: list[Outcome], errors: list[tuple[str, ScmError]], *, strict: bool) -> str:
    """A suite a file, a case an assertion or a test against data.

    What fails or is rejected is a failure, what is undecided or untested is skipped (under ``strict`` a
    failure), and a file that cannot be checked is a suite with one case that has an error.
    """
    root = ElementTree.Element("testsuites", name="scmlang")
    for file in dict.fromkeys(outcome.file for outcome in found):
        _suite(root, file, [outcome for outcome in found if outcome.file == file], strict)
    for file, error in errors:
        suite = ElementTree.SubElement(root, "testsuite", name=clean(file), tests="1", errors="1")
        case = ElementTree.SubElement(suite, "testcase", classname=clean(file), name="check")
        ElementTree.SubElement(case, "error", message=clean(str(error)))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: ElementTree.Element, file: str, outcomes: list[Outcome], strict: bool) -> None:
    bad, passed = (BAD | OPEN, frozenset()) if strict else (BAD, OPEN)
    failures, skipped = (sum(o.verdict in verdicts for o in outcomes) for verdicts in (bad, passed))
    counts = {"tests": len(outcomes), "failures": failures, "skipped": skipped}
    suite = ElementTree.SubElement(root, "testsuite", name=clean(file))
    suite.attrib |= {name: str(count) for name, count in counts.items()}
    for outcome in outcomes:
        words = " ".join(outcome.assertion.split())
        case = ElementTree.SubElement(suite, "testcase", classname=clean(file), name=clean(words))
        if outcome.line is not None:
            case.set("line", str(outcome.line))
        if outcome.verdict in BAD | OPEN:
            kind = "failure" if outcome.verdict in bad else "skipped"
            ElementTree.SubElement(case, kind, message=clean(outcome.reason))
