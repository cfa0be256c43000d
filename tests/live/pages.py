"""Staff and a shopper who follow every link of our pages and send every form of them."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

WRONG = re.compile(r'<[a-z]+ class="(?:error|note bad[^"]*)"[^>]*>([^<]+)')


@dataclass
class Form:
    """A form as it stands in a page: sent as it is, or with what somebody filled in."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """The links and forms of an answer."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._open = ""  # the select or textarea that we are in
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "form":
            self.forms.append(Form(found.get("action", "") if "method" in found else "#"))
        elif self.forms:
            self._field(tag, found)
        if "hx-post" in found:  # a preview, with what its page's form holds
            self.forms.append(Form(found["hx-post"], dict(self.forms[0].values)))

    def handle_data(self, text: str) -> None:
        if self._open and self.forms:
            self.forms[-1].values[self._open] += text

    def handle_endtag(self, tag: str) -> None:
        if tag in {"textarea", "select"}:
            self._open = ""

    def _field(self, tag: str, found: dict[str, str]) -> None:
        name, values = found.get("name", ""), self.forms[-1].values
        if tag == "textarea":
            self._open = name
            values[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in found:
            values[self._select] = found["value"]
        elif tag in {"input", "button"} and name:
            chooses = found.get("type") in {"checkbox", "radio"}
            if not chooses or "checked" in found:
                values[name] = found.get("value", "on" if chooses else "")


@dataclass
class Browser:
    """Somebody with a token, who notes what each address answered."""

    home: str
    token: str
    seen: dict[str, int] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)  # and what those said was wrong

    def look(self, address: str) -> Page:
        url = urljoin(self.home, address)
        answer = httpx.get(url, headers=self._headers, timeout=60, trust_env=False)
        self._note("GET", url, answer)
        return Page(answer.text)

    def send(self, page_address: str, form: Form, **filled: str) -> Page:
        url = urljoin(urljoin(self.home, page_address), form.action)
        values = {**form.values, **filled}
        answer = httpx.post(url, data=values, headers=self._headers, timeout=60, trust_env=False)
        self._note("POST", url, answer)
        return Page(answer.text)

    def look_everywhere(self, *addresses: str) -> list[tuple[str, Form]]:
        """Follow all links from these addresses; the forms to post, each of its action once."""
        forms: dict[str, tuple[str, Form]] = {}
        to_see, known = [urljoin(self.home, address) for address in addresses], set()
        while to_see:
            url = to_see.pop()
            place = urlsplit(url).path
            if place in known or not url.startswith(self.home) or "/assets/" in place:
                continue
            known.add(place)
            page = self.look(url)
            to_see += [urljoin(url, link) for link in page.links]
            for form in page.forms:
                if form.action != "#":
                    forms.setdefault(urljoin(url, form.action), (url, form))
        return list(forms.values())

    @property
    def _headers(self) -> dict[str, Any]:
        return {"Authorization": f"Bearer {self.token}", "HX-Request": "true"}

    def _note(self, method: str, url: str, answer: httpx.Response) -> None:
        asked = f"{method} {urlsplit(url).path}"
        self.seen[asked] = answer.status_code
        if not answer.is_success:
            self.refused[asked] = [str(answer.status_code), *WRONG.findall(answer.text)]
