"""What decisions are found by is declared once, and all who have words about it have them all."""

from dataclasses import fields
from typing import get_type_hints

import click

from api.cli.filters import filter_options
from api.client import Criteria, Filters
from api.http.requests.shapes import SAVED_QUERY, FilterParameters, SearchParameters, schema_of
from engine.storage.search.filters import Criteria as Declared

CRITERIA = {each.name for each in fields(Declared)}


def test_a_command_has_an_option_for_each() -> None:
    options = filter_options(click.Command("find")).params
    assert {each.name for each in options} == CRITERIA | {"saved", "as_of"}


def test_the_client_has_a_parameter_for_each() -> None:
    assert get_type_hints(Criteria).keys() == CRITERIA
    assert get_type_hints(Filters).keys() == CRITERIA | {"saved", "as_of"}


def test_the_service_reads_each() -> None:
    assert schema_of(FilterParameters).fields.keys() == CRITERIA | {"saved", "as_of"}
    assert schema_of(SearchParameters).fields.keys() > CRITERIA
    assert SAVED_QUERY.fields.keys() == CRITERIA | {"name"}
