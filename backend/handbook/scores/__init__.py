"""Scores of meetings (chấm điểm sinh hoạt): the sheet of 100 points, anonymous scoring, average and grade."""

from flask import Flask

from handbook.scores import models

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    del app
