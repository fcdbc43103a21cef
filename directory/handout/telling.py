"""What is known of one center, said in one language. Where nobody knows a thing, the words say to ask."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from directory.handout.catalog import Catalog

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Teller:
    """Says the parts of a frozen center in a language; moments are told as seen from `as_of`."""

    words: Catalog
    as_of: datetime

    def way(self, center: Data) -> str:
        """How far away it is and how long the way takes."""
        miles, minutes, say = center["miles"], center["minutes"], self.words.say
        far = say("way.unknown") if miles is None else say("way.mile" if miles == 1 else "way.miles", miles=miles)
        if minutes is None:
            return f"{far} · {say('way.no_time')}"
        hours, rest = divmod(minutes, 60)
        unit = "minutes" if not hours else "hours" if rest else "whole_hours"
        return f"{far} · {say(f'way.{unit}', hours=hours, minutes=rest)}"

    def phone(self, center: Data) -> str:
        """The number to call."""
        return center["phone"]["number"] if center["phone"] else self.words.say("phone.none")

    def line(self, center: Data) -> str:
        """Whom the number reaches."""
        return self.words.say(f"phone.{center['phone']['kind']}") if center["phone"] else ""

    def asked(self, center: Data) -> str:
        """Whom to ask for."""
        name = center["ask_for"]
        return self.words.say("field.ask_for", name=name) if name else self.words.say("field.who")

    def status(self, center: Data, cited: bool = True) -> str:
        """What is known of the beds and its limits, with the time of the one who said it, and whether nobody answered since."""
        told, say = center["status"], self.words.say
        status = self._limited(told, center) if told else say("status.unknown")
        if told and cited:
            key = "status.said" if told.get("confirmed", True) else "status.filed"
            status = say(key, status=status, time=self.moment(told["said_at"]))
        tried = center.get("tried")
        return say(f"status.{tried['state']}", status=status, time=self.moment(tried["at"])) if tried else status

    def _limited(self, told: Data, center: Data) -> str:
        """The state of the beds with whom they are for, as far as that says nothing of the person, and what to mind."""
        status, say = self._state(told), self.words.say
        level, funded, ends = told.get("level", ""), told.get("funded"), told["hold_until"]
        if level:
            numbered = f"ASAM {level.replace('_', '.', 1).replace('_', ' ').upper()}"
            status = say("status.for_level", status=status, level=numbered if level[0].isdigit() else say(f"level.{level}"))
        if funded is not None:
            status = say("status.funded" if funded else "status.not_funded", status=status)
        if told.get("one_held"):
            status = say("status.one_held", status=status)
        late = ends and center["arrives_at"] and datetime.fromisoformat(ends) <= datetime.fromisoformat(center["arrives_at"])
        return say("status.too_short", status=status) if late else status

    def _state(self, told: Data) -> str:
        state, beds = told["state"], told["beds"]
        if state == "open" and beds:
            return self.words.say("status.open_one" if beds == 1 else "status.open_many", beds=beds)
        if state == "limited" and beds:
            return self.words.say("status.limited_many", beds=beds)
        if state == "held" and told["hold_until"]:
            return self.words.say("status.held_until", time=self.moment(told["hold_until"]))
        if state == "waitlist" and told["wait_hours"] is not None:
            return self.words.say("status.waitlist_hours", hours=told["wait_hours"])
        return self.words.say(f"status.{state}")

    def arrive(self, center: Data) -> str:
        """Until when to be there."""
        if center["arrive_by"]:
            return self.words.say("arrive.by", time=self.moment(center["arrive_by"]))
        return self.words.say("arrive.always" if center["intake"]["kind"] == "always" else "ask.arrive")

    def there(self, center: Data) -> str:
        """When they can be there, and whether anybody admits then; "" where that is not known."""
        if not center["arrives_at"]:
            return ""
        there = self.words.say("arrive.there", time=self.moment(center["arrives_at"]))
        intake = center["intake"]
        if intake["kind"] != "closed":
            return there
        key = "arrive.opens" if intake["at"] else "arrive.closed"
        return self.words.say(key, there=there, time=self.moment(intake["at"]) if intake["at"] else "")

    def cost(self, center: Data) -> str:
        """What is to be paid up front."""
        return center["cost"] or self.words.say("cost.free" if center["free"] else "ask.plain")

    def insurance(self, center: Data) -> str:
        """Whether the insurance is confirmed."""
        told = center["insurance"]
        return self.words.say("ask.insurance" if told == "ask" else f"insurance.{told}")

    def withdrawal(self, center: Data) -> str:
        """What care there is in withdrawal."""
        known = center["withdrawal"]
        places = [self.words.say(f"withdrawal.{one}") for one in known if one in ("partner_unit", "non_medical", "none")]
        on_site = [self.words.say(f"withdrawal.{one}") for one in known if one in ("opioid", "alcohol", "benzodiazepine")]
        told = [self.words.say("withdrawal.on_site", what=", ".join(on_site))] if on_site else []
        return "; ".join([*told, *places]) or self.words.say("ask.plain")

    def medication(self, center: Data) -> str:
        """Which medication it starts and continues."""
        told, say = center["medication"], self.words.say
        both = [drug for drug in told["starts"] if drug in told["continues"]]
        parts = {
            "both": both,
            "starts": [drug for drug in told["starts"] if drug not in both],
            "continues": [drug for drug in told["continues"] if drug not in both],
        }
        said = [say(f"medication.{key}", what=self.drugs(drugs)) for key, drugs in parts.items() if drugs]
        said += [say(f"medication.{key}") for key in ("elsewhere", "must_stop") if told[key]]
        return "; ".join(said) or say("ask.plain")

    def drugs(self, codes: list[str]) -> str:
        """Medications by their names."""
        return self.words.any_of([self.words.say(f"drug.{code}") for code in codes])

    def bring(self, center: Data) -> str:
        """What to bring and what to leave at home."""
        parts = [("take", center["bring"]), ("leave", center["not_bring"])]
        told = [self.words.say(f"bring.{key}", things=", ".join(things)) for key, things in parts if things]
        return ". ".join(told) or self.words.say("ask.bring")

    def starts(self, bridge: Data) -> str:
        """What a bridge starts, and whether on the same day."""
        return self.words.say("bridge.same_day" if bridge["same_day"] else "bridge.ask_day", what=self.drugs(bridge["starts"]))

    def then(self, center: Data) -> str:
        """The second step of its plan; "" where the plan has one."""
        second = center["then"]
        if not second:
            return ""
        number = second["phone"]["number"] if second["phone"] else ""
        key = "field.then" if number else "field.then_no_phone"
        return self.words.say(key, name=second["name"], town=second["town"], phone=number)

    def moment(self, written: str) -> str:
        """A frozen moment in words."""
        when = datetime.fromisoformat(written)
        return self.words.moment(when, self.as_of.astimezone(when.tzinfo))
