"""The settings of a call of the command line."""

import os

import click

from adapters.settings import Settings, SettingsError, read_settings


def settings_or_exit() -> Settings:
    """The settings of the environment; what makes no sense is an error of usage."""
    try:
        return read_settings(os.environ)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
