"""Every state of Lark's table has a message; every message is reached, and reads as it should."""

from __future__ import annotations

import re
from collections import deque
from functools import cache
from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark.grammar import Rule

from scmlang.diagnostics import Diagnostic, InternalError, ScmError
from scmlang.source import Source, Span
from scmlang.syntax.build import KEYWORDS
from scmlang.syntax.catalogue import Entry, catalogue, parse_entries
from scmlang.syntax.lalr import NoNodes, Rejected
from scmlang.syntax.messages import Explainer
from scmlang.syntax.parser import FILE, QUERY, _driver, _explainer, _lark, parse, parse_query
from scmlang.syntax.scanner import split
from scmlang.syntax.states import Item, Stack

STATES = _explainer().states
# A text that gets to an end state is accepted there.
ERRORS = sorted(set(STATES.actions) - STATES.ends, key=lambda state: sorted(STATES.kernels[state]))
RULES: dict[str, list[Rule]] = {}
for _rule in _lark().rules:
    RULES.setdefault(_rule.origin.name, []).append(_rule)


def entry(state: int) -> Entry:
    return _explainer().teller.entry(state)[0]


def stopped(text: str, start: str) -> int:
    with pytest.raises(Rejected) as rejected:
        _driver().run(text, start, NoNodes())
    return rejected.value.at


def told(text: str, start: str) -> tuple[Entry, Item]:
    stack, _ = _explainer().stopped(text, start, stopped(text, start))
    found, _ = _explainer().teller.tell(stack)
    return found.entry, found.item


def reported(text: str, start: str = FILE) -> tuple[Diagnostic, ...]:
    source = Source("t.scm", text)
    with pytest.raises(ScmError) as error:
        (parse if start == FILE else parse_query)(source)
    return error.value.diagnostics


EXAMPLES = [
    *((FILE, text, entry) for entry in catalogue().entries for text in entry.statements),
    *((QUERY, text, entry) for entry in catalogue().entries for text in entry.queries),
]


# --- the catalogue and the table


def test_the_kernels_are_those_of_the_whole_table() -> None:
    assert STATES.kernels.keys() == STATES.actions.keys()
    assert len(ERRORS) == len(STATES.actions) - 2 > 300


@pytest.mark.parametrize(
    "state", ERRORS, ids=lambda state: " & ".join(sorted(map(str, STATES.kernels[state])))
)
def test_every_state_has_a_message(state: int) -> None:
    """Its own, or it is complete and what may follow is said of the states behind it."""
    if not entry(state).message:
        assert any(item.complete for item in STATES.kernels[state])


def test_no_item_stands_in_two_entries_and_none_is_idle() -> None:
    items = [item for entry in catalogue().entries for item in entry.items]
    assert len(items) == len(set(items))
    assert {str(_explainer().teller.entry(state)[1]) for state in ERRORS} == set(items)


def test_no_two_entries_say_the_same() -> None:
    messages = [(e.message, e.help) for e in catalogue().entries if e.message]
    assert len(messages) == len(set(messages))


@pytest.mark.parametrize(("start", "text", "entry"), EXAMPLES, ids=[text for _, text, _ in EXAMPLES])
def test_an_example_of_an_entry_is_told_by_it(start: str, text: str, entry: Entry) -> None:
    assert not split(Source("t", text)).problems
    assert told(text, start)[0] is entry


def test_an_entry_without_examples_is_never_told() -> None:
    """It is of states that only a rule leads to, and reading stops behind a word and not behind a rule.

    So it could be told only on the way out of a word. Wherever such a state can be entered, the way out of
    each word that completes the rule is told by another entry.
    """
    bare = [e for e in catalogue().entries if e.message and not e.statements and not e.queries]
    for state in (s for s in ERRORS if entry(s) in bare):
        assert STATES.access[state] in RULES
        for before in (s for s in ERRORS if goto(s, STATES.access[state]) == state):
            for stack in completions(before, STATES.access[state]):
                assert _explainer().teller.tell(stack)[0].entry not in bare


def goto(state: int, symbol: str) -> int | None:
    target = STATES.actions[state].get(symbol, (None, None))[1]
    return target if isinstance(target, int) else None


def completions(state: int, symbol: str) -> list[Stack]:
    """Stacks that enter ``state`` and go on to the last word of ``symbol``, for each of its rules."""
    found, waiting, seen = [], [(stacks()[state], symbol)], set[tuple[int, str]]()
    while waiting:
        stack, name = waiting.pop()
        for rule in RULES.get(name, ()):
            inside = stack.copy()
            for part in rule.expansion[:-1]:
                push(inside, part.name)
            last = rule.expansion[-1].name if rule.expansion else None
            if last in RULES and (inside.states[-1], last) not in seen:
                seen.add((inside.states[-1], last))
                waiting.append((inside, last))
            elif last is not None and last not in RULES:
                push(inside, last)
                found.append(inside)
    return found


def push(stack: Stack, symbol: str) -> None:
    target = goto(stack.states[-1], symbol)
    assert target is not None
    size = len(stack.ends)
    stack.states.append(target)
    stack.starts.append(size)
    stack.ends.append(size + 1)


# --- every state, in a sentence that gets there


@cache
def starts() -> dict[str, int]:
    return {start: _explainer().stopped("\0", start, 0)[0].states[0] for start in (FILE, QUERY)}


@cache
def stacks() -> dict[int, Stack]:
    """For each state a stack with it on top, as low as can be; found by breadth-first search."""
    found: dict[int, Stack] = {}
    waiting = deque(Stack([state], [], []) for state in starts().values())
    while waiting:
        stack = waiting.popleft()
        if found.setdefault(stack.states[-1], stack) is not stack:
            continue
        for symbol in sorted(STATES.actions[stack.states[-1]]):
            if goto(stack.states[-1], symbol) is not None:
                waiting.append(stack.copy())
                push(waiting[-1], symbol)
    return found


@pytest.mark.parametrize(
    "state", ERRORS, ids=lambda state: " & ".join(sorted(map(str, STATES.kernels[state])))
)
def test_every_state_is_told_in_words(state: int) -> None:
    stack = stacks()[state]
    message, help = _explainer()._said(stack, "x" * len(stack.ends))
    for said in (message, help):
        assert said
        assert "$" not in said
        assert "``" not in said
        assert said.count("`") % 2 == 0
    assert not message.endswith(".")


def test_messages_name_no_terminal_of_the_grammar() -> None:
    names = re.compile(
        r"\b(?:NAME|INTEGER|DECIMAL|COMPARE|LINK|[LR](?:PAR|SQB|BRACE)|VBAR|_NL|__\w+)\b|\$END"
    )
    for e in catalogue().entries:
        assert not names.search(e.message + e.help)


def test_placeholders_are_symbols_of_every_item_or_general() -> None:
    for e in catalogue().entries:
        for item in e.items:
            known = set(item.partition(": ")[2].partition(" .")[0].split()) | {"last", "function", "next"}
            assert set(Template(f"{e.message} {e.help}").get_identifiers()) <= known, item


@given(st.data())
def test_any_stack_is_told(data: st.DataObject) -> None:
    """Walk the table at random; wherever the walk stops, there is a message."""
    stack = Stack([data.draw(st.sampled_from([*starts().values()]))], [], [])
    for _ in range(data.draw(st.integers(0, 40))):
        moves = [s for s in sorted(STATES.actions[stack.states[-1]]) if goto(stack.states[-1], s) is not None]
        if not moves:
            break
        push(stack, data.draw(st.sampled_from(moves)))
    if stack.states[-1] not in STATES.ends:
        found, terminals = _explainer().teller.tell(stack)
        assert found.entry.message
        assert terminals


# --- how it reads


@pytest.mark.parametrize(
    ("text", "message", "underlined"),
    [
        ("latent U 5", "after `latent U` comes `:` and a domain, or the end of the statement", "5"),
        ("X: bits(4 5)", "after `4` in `bits(…)` comes `,` and another whole number, or `)`", "5"),
        ("Z := max(a + b, c d)", "after the argument `c` of `max` comes an operator, `,` or `)`", "d"),
        ("Z := if X > 1 Y", "after the condition `X > 1` comes `then`", "Y"),
        ("Z := X and or Y", "after `and` comes what is true or false", "or"),
        ("Z := if then 1 else 0", "after `if` comes a condition", "then"),
        ("Z ~ bernoulli 0.5", "after `bernoulli` come its arguments in round brackets", "0.5"),
        ("query q = P(Y | X=1 Z)", "after the condition `X=1` comes `,` or `)`", "Z"),
        ("query q = Y | X=1 Z", "after the condition `X=1` comes `,` or the end of the statement", "Z"),
        ("query q = Y[M[Z=0 W]]", "after `Z=0` in `M[…]` comes `,` and another variable, or `]`", "W"),
    ],
)
def test_the_users_words_are_in_the_message(text: str, message: str, underlined: str) -> None:
    (diagnostic,) = reported(text)
    assert diagnostic.message == message
    assert diagnostic.span is not None
    assert text[diagnostic.span.start : diagnostic.span.end] == underlined
    keyword = "the keyword " if underlined in KEYWORDS else ""
    assert diagnostic.label == f"{keyword}`{underlined}` cannot stand here"


def test_long_words_are_cut_and_comments_left_out() -> None:
    (diagnostic,) = reported(f"Z := max(a +  # first\n  {'b' * 50} c)")
    assert (
        diagnostic.message == f"after the argument `a + {'b' * 34} …` of `max` comes an operator, `,` or `)`"
    )


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "  # why", "\t\n# c\n", " ;"])
@pytest.mark.parametrize("before", ["", "A: binary\n", "A: binary\r\n\r\n", "# é漢\n\t", "A: binary; "])
def test_a_statement_that_ends_too_early_is_underlined_behind_its_last_word(before: str, end: str) -> None:
    text = f"{before}Y := X +"
    (diagnostic,) = reported(text + end)
    assert diagnostic.span == Span(len(text), len(text) + 1)
    assert diagnostic.label == "the statement ends here"


def test_a_query_ends_too_early() -> None:
    (diagnostic,) = reported(" P(Y | X=1) + # more\n", QUERY)
    assert (diagnostic.span, diagnostic.label) == (Span(13, 14), "the query ends here")


@pytest.mark.parametrize(
    "char", ["@", "🙂", "漢", "é", "e\u0301", "\x00", "\u200b", "\u00a0", "@\u0301\u0302"]
)
@pytest.mark.parametrize("before", ["Z: binary\n\t", "Z: binary\r\n", "# 漢é\n"])
def test_a_strange_character_is_underlined_with_what_belongs_to_it(before: str, char: str) -> None:
    text = f"{before}X: binary\nY := 1 {char} 2"
    (diagnostic,) = reported(text)
    assert diagnostic.code in ("E004", "E005")
    assert diagnostic.span is not None
    at = text.index(char, len(before))
    assert (diagnostic.span.start, diagnostic.span.end) == (at, at + len(char))


def test_what_is_far_too_deep_is_said_to_be() -> None:
    (diagnostic,) = reported("X := " + "-" * 20_000 + "1 @")
    assert diagnostic.code == "E007"


# --- the file of messages


@pytest.mark.parametrize("text", ["> no item", "a: b .", "a: b .\n> one\n> two", "a: .\n> m\n= h\n= h"])
def test_a_broken_catalogue_is_refused(text: str) -> None:
    with pytest.raises(InternalError, match=re.escape("messages.txt")):
        list(parse_entries(text))


def test_a_missing_message_is_an_internal_error() -> None:
    with pytest.raises(InternalError, match="no message"):
        catalogue().find([Item("a", ("b",), 1)])


def test_the_explainer_is_made_from_the_table_alone() -> None:
    again = Explainer(_lark(), _driver(), QUERY)
    assert again.states.kernels == STATES.kernels
