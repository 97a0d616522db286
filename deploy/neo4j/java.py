"""What has to be installed for a local server: Java runs it, Maven fetches it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

from ...errors import StdcellError

__all__ = ["OLDEST_JAVA", "find_java", "find_maven"]

OLDEST_JAVA = 17
_INSTALL_JAVA = (
    f"a local Neo4j server needs Java {OLDEST_JAVA} or newer: install openjdk-{OLDEST_JAVA}-jre-headless (Debian, "
    f"Ubuntu), java-{OLDEST_JAVA}-openjdk-headless (Fedora) or openjdk@{OLDEST_JAVA} (Homebrew), or set JAVA_HOME"
)
_INSTALL_MAVEN = "Maven fetches the jars of the local server: install maven (Debian, Ubuntu, Fedora, Homebrew)"


def find_java() -> str:
    """The path of a Java that can run the server: JAVA_HOME's if that is set, as for other Java tools, else PATH's.

    Raises:
        StdcellError: if there is none, it does not run, or it is too old; with what to install.
    """
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(os.path.join(home, "bin", "java") if home else "java")
    if java is None:
        where = (
            f"JAVA_HOME is {home!r}, which holds no bin/java" if home else "no java on PATH, and JAVA_HOME is not set"
        )
        raise StdcellError(f"{where}; {_INSTALL_JAVA}")
    asked = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "((?:1\.)?(\d+)[^"]*)"', asked.stderr)
    if asked.returncode != 0 or version is None:
        said = (asked.stderr.strip() or "nothing").splitlines()[0]
        raise StdcellError(f"{java} -version does not tell its version, it says: {said}; {_INSTALL_JAVA}")
    if int(version[2]) < OLDEST_JAVA:
        raise StdcellError(f"{java} is Java {version[1]}; {_INSTALL_JAVA}")
    return java


def find_maven() -> str:
    """The path of Maven.

    Raises:
        StdcellError: if it is not on PATH; with what to install.
    """
    maven = shutil.which("mvn")
    if maven is None:
        raise StdcellError(f"no mvn on PATH; {_INSTALL_MAVEN}")
    return maven
