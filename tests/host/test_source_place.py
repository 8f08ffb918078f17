"""Which folder is copied for a module, and where the module is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.errors import UsageError
from pytest_gocache.host.source_place import DeclaredPlace, place_of

API = "module example.com/api\n\ngo 1.21\n"
SHARED = API + "\nreplace example.com/lib => ../../lib\n"


def tree(root: Path, *, git: bool = True, **files: str) -> Path:
    """A folder with files; ``__`` in a name is a slash."""
    if git:
        (root / ".git").mkdir(parents=True)
    for name, text in files.items():
        file = root / name.replace("__", "/").replace("_mod", ".mod").replace("_work", ".work")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="ascii")
    return root


def test_a_module_on_its_own_is_copied_on_its_own(tmp_path: Path) -> None:
    api = tree(tmp_path / "mono", services__api__go_mod=API) / "services/api"
    place = place_of(api)
    assert (place.root, place.module, place.told) == (api, api, "")
    assert place.within == Path()


def test_a_replacement_inside_the_git_repository_needs_all_of_it(tmp_path: Path) -> None:
    mono = tree(tmp_path / "mono", services__api__go_mod=SHARED, lib__go_mod="module example.com/lib\n")
    place = place_of(mono / "services/api")
    assert (place.root, place.within) == (mono, Path("services/api"))
    assert place.told == (
        f"all of {mono} is copied for the module in services/api: services/api/go.mod refers to ../../lib"
    )


def test_a_replacement_outside_the_git_repository_is_left_to_the_caller(tmp_path: Path) -> None:
    mono = tree(tmp_path / "mono", services__api__go_mod=API + "\nreplace example.com/lib => ../../../lib\n")
    assert place_of(mono / "services/api").root == mono / "services/api"
    plain = tree(tmp_path / "plain", git=False, services__api__go_mod=SHARED)
    assert place_of(plain / "services/api").root == plain / "services/api"


@pytest.mark.parametrize("git", [True, False])
def test_a_member_of_a_workspace_needs_the_workspace(tmp_path: Path, *, git: bool) -> None:
    work = "go 1.21\n\nuse (\n\t./lib\n\t./services/api\n)\n"
    files = {"services__api__go_mod": API, "lib__go_mod": "module example.com/lib\n"}
    mono = tree(tmp_path / "mono", git=git, go_work=work, **files)
    place = place_of(mono / "services/api")
    assert (place.root, place.within) == (mono, Path("services/api"))
    assert place.told.endswith("go.work refers to ./lib")
    # A workspace that does not use the module does not count.
    (mono / "go.work").write_text("go 1.21\n\nuse ./lib\n", encoding="ascii")
    assert place_of(mono / "services/api").root == mono / "services/api"


def test_the_only_module_below_a_folder_is_used(tmp_path: Path) -> None:
    mono = tree(tmp_path / "mono", services__api__go_mod=API, testdata__x__go_mod=API, vendor__y__go_mod=API)
    place = place_of(mono)
    assert (place.root, place.within) == (mono, Path("services/api"))
    assert place.told == (f"the module in services/api is used: {mono} has no go.mod, and contains no other module")


def test_of_several_modules_the_error_names_them_and_the_settings(tmp_path: Path) -> None:
    mono = tree(tmp_path / "mono", services__api__go_mod=API, services__web__go_mod=API)
    with pytest.raises(UsageError) as refused:
        place_of(mono)
    assert str(refused.value) == (
        f"there is no go.mod and no go.work in {mono}. The modules below it are services/api, services/web: choose one, "
        f"for example with --go-repo={mono}/services/api. To copy all of the folder for it, write into "
        f'{mono}/gocache.toml: [repo] modules = ["services/api", "services/web"]'
    )


def test_a_different_module_file_needs_a_go_mod_beside_it(tmp_path: Path) -> None:
    cli = tree(tmp_path / "cli", vendor_mod="module example.com/cli\n", man__go_mod=API)
    with pytest.raises(UsageError) as refused:
        place_of(cli)
    assert str(refused.value) == (
        f"there is no go.mod and no go.work in {cli}. It has vendor.mod, and even with -modfile=vendor.mod Go needs a "
        'go.mod beside it: write one with the line "module example.com/cli", and set GOFLAGS to "-modfile=vendor.mod" '
        '(in gocache.toml: [build] env = { GOFLAGS = "-modfile=vendor.mod" })'
    )


def test_a_folder_without_modules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"there is no go.mod and no go.work in .*: name the repository with --go-repo"
    ):
        place_of(tmp_path)
    with pytest.raises(UsageError, match="there is no go.mod and no go.work in a, b: "):
        place_of(tmp_path, searched=[Path("a"), Path("b")])


def test_gocache_toml_names_the_root(tmp_path: Path) -> None:
    mono = tree(tmp_path / "mono", services__api__go_mod=API, services__web__go_mod=API)
    api = mono / "services/api"
    place = place_of(api, DeclaredPlace(api / "gocache.toml", "../..", ()))
    assert (place.root, place.module, place.told) == (mono, api, "")


def test_gocache_toml_names_the_modules(tmp_path: Path) -> None:
    mono = tree(tmp_path / "mono", services__api__go_mod=API, services__web__go_mod=API)
    file = mono / "gocache.toml"
    assert place_of(mono, DeclaredPlace(file, ".", ("services/api",))).module == mono / "services/api"
    both = DeclaredPlace(file, ".", ("services/api", "services/web"))
    assert place_of(mono / "services/web", both).module == mono / "services/web"
    with pytest.raises(UsageError, match=r"repo.modules has services/api, services/web: choose one, for example with "):
        place_of(mono, both)


@pytest.mark.parametrize(
    ("root", "modules", "message"),
    [
        ("missing", (), r"gocache.toml: repo.root = 'missing': there is no folder "),
        ("lib", (), r"gocache.toml: repo.root = 'lib' is .*/lib, which does not contain "),
        (".", ("lib",), r"gocache.toml: repo.modules has 'lib': name a folder below .* that has a go.mod"),
        ("services/api", ("../web",), r"repo.modules has '../web': name a folder below "),
    ],
)
def test_mistakes_in_gocache_toml_are_refused(
    tmp_path: Path, root: str, modules: tuple[str, ...], message: str
) -> None:
    mono = tree(tmp_path / "mono", services__api__go_mod=API, services__web__go_mod=API, lib__lib="")
    with pytest.raises(UsageError, match=message):
        place_of(mono, DeclaredPlace(mono / "gocache.toml", root, modules))
