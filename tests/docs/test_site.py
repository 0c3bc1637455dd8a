"""The site builds with every warning an error, and asks nothing of the network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.markdown import PAGES, ROOT, read, split

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FETCHED = re.compile(
    r"""<(?:script|img|iframe)\b[^>]*\bsrc=["']?(?:https?:)?//|"""
    r"""<link\b[^>]*\brel=["']?(?:stylesheet|preconnect|icon)\b[^>]*\bhref=["']?(?:https?:)?//|"""
    r"""(?:@import|url\()\s*["']?(?:https?:)?//""",
    re.IGNORECASE,
)


def build(folder: Path, config: Path = ROOT / "mkdocs.yml") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    return subprocess.run(
        [*command, "-f", str(config), "-d", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "NO_MKDOCS_2_WARNING": "1"},
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_of_docs_is_on_the_site(site: Path) -> None:
    pages = [page.removeprefix("docs/") for page in PAGES if page.startswith("docs/")]
    assert pages
    for page in pages:
        assert (site / page).with_suffix(".html").is_file(), page


def test_a_readers_browser_fetches_nothing_from_elsewhere(site: Path) -> None:
    files = [*site.rglob("*.html"), *site.rglob("*.css"), *site.rglob("*.svg")]
    assert files
    for file in files:
        found = FETCHED.search(file.read_text(encoding="utf-8"))
        assert found is None, f"{file.relative_to(site)}: {found}"


def test_the_site_names_no_path_of_this_machine(site: Path) -> None:
    for file in [*site.rglob("*.html"), *site.rglob("*.json"), *site.rglob("*.xml")]:
        assert str(ROOT) not in file.read_text(encoding="utf-8"), file


BAD_LINKS = ("[a](gone.md)", "[a](index.md#gone)", "[a](../README.md)", "[a](/index.md)")


def test_bad_links_fail_the_build(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    config = config[: config.index("nav:\n  - index.md")] + "nav:\n  - index.md\n"
    (tmp_path / "mkdocs.yml").write_text(config, encoding="utf-8")
    (docs / "index.md").write_text("# Title\n\n[fine](index.md#title)\n", encoding="utf-8")
    assert build(tmp_path / "site", tmp_path / "mkdocs.yml").returncode == 0
    (docs / "index.md").write_text("# Title\n\n" + "\n".join(BAD_LINKS), encoding="utf-8")
    (docs / "forgotten.md").write_text("# In no menu\n", encoding="utf-8")
    done = build(tmp_path / "site", tmp_path / "mkdocs.yml")
    assert done.returncode != 0
    assert f"Aborted with {len(BAD_LINKS) + 1} warnings" in done.stdout + done.stderr


def headings(page: str) -> set[str]:
    """Return the anchors of a page as GitHub makes them."""
    lines = split(page, read(page))[1].splitlines()
    titles = [line.lstrip("#").strip().lower() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", [page for page in PAGES if "/" not in page])
def test_links_of_the_pages_in_the_top_folder(page: str) -> None:
    for link in LINK.findall(split(page, read(page))[1]):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = ROOT / path if path else ROOT / page
        assert target.exists(), f"{page}: {link}"
        if anchor:
            assert anchor in headings(path or page), f"{page}: {link}"


def test_the_picture_says_in_words_what_it_shows() -> None:
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", read("docs/architecture.md"))
    assert pictures
    for words, path in pictures:
        assert len(words) > 20, path
        assert "<title" in (ROOT / "docs" / path).read_text(encoding="utf-8")
