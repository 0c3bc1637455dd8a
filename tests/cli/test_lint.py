"""hargen lint: what it prints, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path


def test_a_fresh_project_keeps_every_rule(hargen, project: Path) -> None:
    found = hargen("lint", project)
    assert (found.code, found.err) == (0, "")
    assert "every rule is kept" in found.out


def test_a_finding_says_where_why_and_what_to_do(hargen, project: Path, tmp_path: Path) -> None:
    file = project / ".cproject"
    file.write_text(file.read_text().replace("<?fileVersion 4.0.0?>", ""))
    found = hargen("lint", project, "--json", tmp_path / "report.json")
    assert found.code == 6
    assert ".cproject: <?fileVersion: [file-version]" in found.out
    assert "to do: put <?fileVersion 4.0.0?>" in found.out
    assert "note: .cproject is changed" in found.err
    assert "1 rule broken" in found.err
    table = json.loads((tmp_path / "report.json").read_text())
    assert table["schema"] == 1
    assert [one["rule"] for one in table["findings"]] == ["file-version"]
    assert set(table["findings"][0]) == {"rule", "file", "element", "why", "todo"}


def test_json_on_stdout_is_nothing_but_json(hargen, project: Path) -> None:
    found = hargen("lint", project, "--json", "-")
    assert found.code == 0
    assert json.loads(found.out)["findings"] == []


def test_a_changed_file_is_a_note_and_no_finding(hargen, project: Path) -> None:
    (project / "App/main.c").write_text("int main(void) { return 0; }\n")
    (project / "README.md").unlink()
    found = hargen("lint", project)
    assert found.code == 0
    assert "App/main.c is changed" in found.err
    assert "README.md is missing" in found.err


def test_a_folder_that_is_no_project(hargen, tmp_path: Path) -> None:
    assert hargen("lint", tmp_path).code == 2
    (tmp_path / "hargen.toml").write_text("schema = ")
    assert hargen("lint", tmp_path).code == 3
