"""ZIP codes, cities and coordinates to points, in the words that a counselor writes; a guess is never made."""

import re

import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from directory.listing import Address, Located, Point
from directory.places import Gazetteer, UnknownPlace, bundled_places, miles_between

COLUMBUS = Point(39.9671, -83.0044, approximate=True)


@pytest.mark.parametrize(
    ("written", "label", "point"),
    [
        ("43215", "43215 (Columbus, OH)", COLUMBUS),
        (" 43215-1234 ", "43215 (Columbus, OH)", COLUMBUS),
        ("01089-1234", "01089 (West Springfield, MA)", Point(42.1151, -72.6411, approximate=True)),
        ("39.9671,-83.0044", "39.9671, -83.0044", Point(39.9671, -83.0044)),
        (" 13.4443 , 144.7937 ", "13.4443, 144.7937", Point(13.4443, 144.7937)),
    ],
)
def test_a_place_is_found(gazetteer: Gazetteer, written: str, label: str, point: Point) -> None:
    near = gazetteer.find(written)
    assert (near.label, near.point) == (label, point)


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("Columbus, OH", "Columbus, OH"),
        ("columbus,ohio", "Columbus, OH"),
        ("  COLUMBUS , Ohio ", "Columbus, OH"),
        ("St. Louis, MO", "Saint Louis, MO"),
        ("saint louis, mo", "Saint Louis, MO"),
        ("Winston-Salem, NC", "Winston Salem, NC"),
        ("Chillicothe, OH", "Chillicothe, OH"),
    ],
)
def test_a_city_is_found_as_people_write_it(gazetteer: Gazetteer, written: str, label: str) -> None:
    assert gazetteer.find(written).label == label


def test_a_city_is_near_its_middle(gazetteer: Gazetteer) -> None:
    near = gazetteer.find("Columbus, OH")
    assert near.point.approximate
    assert miles_between(near.point, COLUMBUS) < 5


def test_a_city_in_several_states_asks_which(gazetteer: Gazetteer) -> None:
    with pytest.raises(UnknownPlace, match=r"^Columbus is in \d+ States\. Enter one of: Columbus, ") as asked:
        gazetteer.find("Columbus")
    assert {"Columbus, OH", "Columbus, GA"} <= set(asked.value.choices)
    assert all(gazetteer.find(choice).label == choice for choice in asked.value.choices)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("00000", "No place is known for the ZIP code 00000"),
        ("٤٣٢١٥", "No place “٤٣٢١٥” is known"),
        ("99999", "No place is known for the ZIP code 99999"),
        ("96898", "No place is known for the ZIP code 96898"),
        ("Atlantis", "No place “Atlantis” is known"),
        ("Atlantis, OH", "No city “Atlantis” is known in Ohio"),
        ("Columbus, Ontario", "“Ontario” is not a State"),
        ("-83.0044, 39.9671", "seem to be swapped. Enter 39.9671,-83.0044"),
        ("51.5,-0.1", "outside the United States"),
        ("91,181", "outside the United States"),
        ("", "No place “” is known"),
        (",", "is not a State"),
    ],
)
def test_an_unknown_place_says_what_to_enter(gazetteer: Gazetteer, written: str, says: str) -> None:
    with pytest.raises(UnknownPlace, match=re.escape(says)) as refused:
        gazetteer.find(written)
    assert "Enter " in str(refused.value)


def address(postal_code: str, state_province: str, city: str = "Nowhere") -> Address:
    return Address("", "", city, state_province, postal_code)


@pytest.mark.parametrize(
    ("postal_code", "state_province", "point"),
    [("43215", "OH", COLUMBUS), ("01089", "VT", None), ("99999", "OH", None), ("96898", "HI", None)],
    ids=["where it is", "in another State", "not assigned", "misplaced by the list"],
)
def test_a_zip_code_gives_a_point_only_where_it_lies(
    gazetteer: Gazetteer, postal_code: str, state_province: str, point: Point | None
) -> None:
    assert gazetteer.locate(address(postal_code, state_province)).point == point


DOOR = Point(39.9612, -82.9988)
SAN_ANTONIO = Point(29.4241, -98.4936)


@pytest.mark.parametrize(
    ("where", "given", "point", "zone"),
    [
        (address("43215", "OH"), DOOR, DOOR, "America/New_York"),
        (address("43215", "OH"), SAN_ANTONIO, COLUMBUS, "America/New_York"),
        (address("99999", "OH"), DOOR, DOOR, "America/New_York"),
        (address("99999", "OH"), SAN_ANTONIO, None, ""),
        (address("99999", "OH", "Columbus"), SAN_ANTONIO, "Columbus, OH", "America/New_York"),
        (address("01089", "OH", "Columbus"), None, None, ""),
        (address("01089", "OH", "Columbus"), DOOR, DOOR, "America/New_York"),
        (address("01089", "OH", "Columbus"), SAN_ANTONIO, None, ""),
    ],
    ids=[
        "the door, where it can be", "too far from the ZIP code", "in the State, and no ZIP code", "not even in the State",
        "the city in place of a ZIP code", "a ZIP code of another State", "the door against it", "both wrong",
    ],
)  # fmt: skip
def test_coordinates_are_believed_where_they_can_be_true(
    gazetteer: Gazetteer, where: Address, given: Point | None, point: Point | str | None, zone: str
) -> None:
    expected = gazetteer.find(point).point if isinstance(point, str) else point
    assert gazetteer.locate(where, given) == Located(expected, zone)


@pytest.mark.parametrize("miles", [30, 44.9, 45.1, 49.9, 50.1, 54.9, 55.1, 90])
@pytest.mark.parametrize("bearing", [0, 45, 90, 200])
@pytest.mark.parametrize("code", ["43215", "99501", "96799"])
def test_too_far_is_more_than_fifty_miles_by_the_true_measure(
    gazetteer: Gazetteer, miles: float, bearing: int, code: str
) -> None:
    place = gazetteer.postal(code)
    assert place and place.latitude and place.longitude
    there = geodesic(miles=miles).destination((place.latitude, place.longitude), bearing)
    found = gazetteer.too_far(address(code, place.state_province), Point(there.latitude, there.longitude))
    assert (found is None) == (miles <= 50)
    assert found is None or abs(found - miles) < 0.01


def test_the_bundled_places_are_whole_and_plausible() -> None:
    places = list(bundled_places())
    assert len(places) == 42_789 == len({place.postal_code for place in places})
    known = [(one.latitude, one.longitude) for one in places if one.latitude is not None and one.longitude is not None]
    assert len(known) > 41_000
    assert all(-15 <= latitude <= 72 and (longitude <= -64 or longitude >= 130) for latitude, longitude in known)
    assert all((place.latitude is None) == (place.longitude is None) for place in places)


def test_miles_are_those_of_the_ellipsoid() -> None:
    columbus, cleveland = Point(39.9671, -83.0044), Point(41.4816, -81.7018)
    assert miles_between(columbus, cleveland) == pytest.approx(125.08, abs=0.5)
    assert miles_between(columbus, columbus) == 0


@given(st.text(max_size=60) | st.from_regex(r"-?[0-9]{1,3}(\.[0-9]{1,9})?,-?[0-9]{1,3}(\.[0-9]{1,9})?", fullmatch=True))
def test_any_text_is_found_or_refused_in_words(gazetteer: Gazetteer, written: str) -> None:
    try:
        near = gazetteer.find(written)
    except UnknownPlace as refused:
        assert "Enter " in str(refused)
    else:
        assert near.label and gazetteer.find(near.written).point == near.point
