"""Every Python that is installed runs the tests: ``nox`` here, the matrix of .github/workflows/ci.yml elsewhere."""

import nox

nox.options.error_on_missing_interpreters = False
nox.options.default_venv_backend = "venv"


@nox.session(python=["3.11", "3.12", "3.13"])
def tests(session: nox.Session) -> None:
    """The whole suite, on the pinned packages."""
    session.run("python", "install/environment.py")
    session.install("-r", "requirements-dev.txt")
    session.run("pytest", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """The built wheel, installed away from the source tree, answers a question."""
    session.install("build", "hatchling")
    folder = session.create_tmp()
    session.run("python", "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    session.run("python", "install/environment.py")
    session.run("python", "-m", "tests.wheel", folder)
