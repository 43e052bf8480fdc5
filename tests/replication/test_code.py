"""The code behind a result: followed through imports, and the same for code that does the same."""

from pathlib import Path

import pytest

from replication.code import Code

ROOT = Path(__file__).resolve().parents[2]

MODULES = {
    "scripts/job.py": "import numpy as np\nfrom study import analysis\n",
    "scripts/lazy.py": "import sgntk\nprint(sgntk.ntk(1))\n",
    "src/study/__init__.py": "",
    "src/study/analysis.py": (
        '"""Doc."""\nfrom typing import TYPE_CHECKING\nimport study.deep.below\n'
        "if TYPE_CHECKING:\n    from study import types\n"
        'def f(x):\n    """Doc."""\n    from study import late  # comment\n    return late.g(x) + 1\n'
    ),
    "src/study/late.py": "from sgntk import ntk\ndef g(x):\n    return x\n",
    "src/study/types.py": "T = int\n",
    "src/study/other.py": "import jax\n",
    "src/study/deep/__init__.py": "",
    "src/study/deep/below.py": "",
    "src/sgntk/__init__.py": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sgntk import surrogates\n"
        "    from sgntk._kernels import nngp, ntk\n    from sgntk._training import train\n"
    ),
    "src/sgntk/_kernels.py": "from sgntk.surrogates import s\nimport jax.numpy as jnp\n",
    "src/sgntk/_training.py": "",
    "src/sgntk/surrogates.py": "def s(z):\n    return z\n",
}


@pytest.fixture
def project(tmp_path):
    for name, text in MODULES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def closure(project, script):
    paths = Code(project / "src").closure([project / "scripts" / script])
    return {str(path.relative_to(project)) for path in paths}


def digest(project, script="job.py"):
    return Code(project / "src").digest([project / "scripts" / script])


def edit(project, name, old, new):
    path = project / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def test_imports_are_followed_wherever_they_stand(project):
    assert closure(project, "job.py") == {
        "scripts/job.py",
        "src/study/__init__.py",
        "src/study/analysis.py",
        "src/study/late.py",
        "src/study/deep/__init__.py",
        "src/study/deep/below.py",
        "src/sgntk/_kernels.py",
        "src/sgntk/surrogates.py",
    }


def test_a_lazy_name_leads_to_its_module_alone(project):
    assert closure(project, "lazy.py") == {"scripts/lazy.py", "src/sgntk/_kernels.py", "src/sgntk/surrogates.py"}


def test_packages_from_elsewhere_are_seen_through_the_modules(project):
    code = Code(project / "src")
    assert "jax" in code.packages([project / "scripts/job.py"])
    assert "jax" not in code.packages([project / "src/study/types.py"])


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("src/study/analysis.py", "+ 1", "+ 2"),
        ("src/study/late.py", "return x", "return -x"),
        ("src/sgntk/surrogates.py", "return z", "return 2 * z"),
        ("scripts/job.py", "numpy as np", "numpy"),
        ("src/sgntk/__init__.py", "_kernels import nngp, ntk", "_training import nngp, ntk"),  # leads elsewhere
    ],
)
def test_other_code_is_another_digest(project, name, old, new):
    before = digest(project)
    edit(project, name, old, new)
    assert digest(project) != before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("src/study/analysis.py", '"""Doc."""', '"""Another."""'),
        ("src/study/analysis.py", "# comment", "# another"),
        ("src/study/analysis.py", "def f(x):\n", "\n\ndef f(\n    x\n):  # new\n"),
        ("src/study/types.py", "int", "float"),
        ("src/study/other.py", "jax", "numpy"),
        (
            "src/sgntk/__init__.py",
            "    from sgntk._training",
            "    from sgntk._other import f\n    from sgntk._training",
        ),
    ],
)
def test_comments_docstrings_layout_and_what_is_not_imported_do_not_count(project, name, old, new):
    before = digest(project)
    edit(project, name, old, new)
    assert digest(project) == before


def test_the_digest_does_not_depend_on_the_place(project, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "copy"
    project.rename(elsewhere)
    moved = digest(elsewhere)
    elsewhere.rename(project)
    assert digest(project) == moved


def test_every_import_of_the_repository_is_followed():
    """What Python imports of our packages is what the syntax trees say, for a script that needs most of it."""
    code = Code(ROOT / "src")
    reached = code.closure([ROOT / "scripts/train.py"])
    names = {str(path.relative_to(ROOT / "src")) for path in reached if path.is_relative_to(ROOT / "src")}
    assert {
        "sgntk/_training.py",
        "sgntk/_gaussian.py",
        "replication/recording.py",
        "replication/store/tables.py",
    } <= names
    assert not {name for name in names if name.startswith(("replication/figures", "replication/claims"))}


# What versions of Python have parsed in ways of their own, f-strings above all.
OF_ALL_VERSIONS = """
import numpy as np

@decorated
class A(B, metaclass=M):
    x: int = -1_000
    def f(self, a, /, b=0x10, *args: T, c: float = 1e-3, **kwargs) -> None: ...

async def g(): return [i async for i in h() if (j := i)]

def k(x):
    match x:
        case {"a": [1, *rest]} | None: return f"{x!r:>{rest}} {{}} 'a' {1.5:.2f}" "b" f"c" f"{x=}" f"{{{x}}}"
    try: pass
    except* OSError: raise
    return (lambda y, *, z=...: y)(b"c\\0", z=2j), 1e400, "\\u00e9", r"\\d"
"""


def test_the_digest_is_the_same_for_every_version_of_python(project):
    (project / "scripts/all.py").write_text(OF_ALL_VERSIONS)
    assert digest(project, "all.py") == "f999d9be79d640f9"
