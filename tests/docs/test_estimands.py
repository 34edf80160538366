"""The page of estimands, whose commands are one session."""

from __future__ import annotations

from tests.docs.test_tutorial import DOCS, folder, play, session

__all__ = ["folder"]


def test_the_session_of_estimates(folder) -> None:  # noqa: F811
    play(session(DOCS / "estimands.md"), folder)
