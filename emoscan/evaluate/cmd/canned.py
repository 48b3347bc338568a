"""What Windows' own commands print on the computer of the profile: a Windows 10 with its usual file types."""

from __future__ import annotations

from typing import Any, Final

ASSOCIATIONS: Final = {
    ".bat": "batfile", ".cab": "CABFolder", ".cdxml": "Microsoft.PowerShellCmdletDefinitionXML.1", ".chm": "chm.file", ".cmd": "cmdfile", ".com": "comfile", ".cpl": "cplfile", ".css": "CSSfile",
    ".dll": "dllfile", ".doc": "Word.Document.8", ".docm": "Word.DocumentMacroEnabled.12", ".docx": "Word.Document.12", ".drv": "drvfile",
    ".exe": "exefile", ".hlp": "hlpfile", ".hta": "htafile", ".htm": "htmlfile", ".html": "htmlfile", ".inf": "inffile", ".ini": "inifile",
    ".jpg": "jpegfile", ".js": "JSFile", ".jse": "JSEFile", ".lnk": "lnkfile", ".log": "txtfile", ".mht": "mhtmlfile", ".msc": "MSCFile",
    ".msi": "Msi.Package", ".msp": "Msi.Patch", ".ocx": "ocxfile", ".pdf": "AcroExch.Document.DC", ".pif": "piffile", ".png": "pngfile",
    ".ps1": "Microsoft.PowerShellScript.1", ".ps1xml": "Microsoft.PowerShellXMLData.1", ".psc1": "Microsoft.PowerShellConsole.1",
    ".psd1": "Microsoft.PowerShellData.1", ".psm1": "Microsoft.PowerShellModule.1", ".reg": "regfile", ".rtf": "Word.RTF.8",
    ".scf": "SHCmdFile", ".scr": "scrfile", ".sct": "scriptletfile", ".sys": "sysfile", ".txt": "txtfile", ".url": "InternetShortcut",
    ".vbe": "VBEFile", ".vbs": "VBSFile", ".wsf": "WSFFile", ".wsh": "WSHFile", ".xls": "Excel.Sheet.8", ".xlsm": "Excel.SheetMacroEnabled.12",
    ".xlsx": "Excel.Sheet.12", ".xml": "xmlfile", ".xsl": "xslfile", ".zip": "CompressedFolder",
}  # fmt: skip

FILE_TYPES: Final = {
    "AcroExch.Document.DC": r'"C:\Program Files (x86)\Adobe\Acrobat Reader DC\Reader\AcroRd32.exe" "%1"',
    "batfile": '"%1" %*',
    "CABFolder": r"%SystemRoot%\Explorer.exe /idlist,%I,%L",
    "chm.file": r'"%SystemRoot%\hh.exe" %1',
    "cmdfile": '"%1" %*',
    "comfile": '"%1" %*',
    "cplfile": r"%SystemRoot%\System32\rundll32.exe shell32.dll,Control_RunDLL \"%1\",%*",
    "exefile": '"%1" %*',
    "hlpfile": r"%SystemRoot%\winhlp32.exe %1",
    "htafile": r"C:\Windows\SysWOW64\mshta.exe \"%1\" {1E460BD7-F1C3-4B2E-88BF-4E770A288AF5}%U{1E460BD7-F1C3-4B2E-88BF-4E770A288AF5} %*",
    "htmlfile": r'"C:\Program Files\Internet Explorer\iexplore.exe" %1',
    "inffile": r"%SystemRoot%\system32\NOTEPAD.EXE %1",
    "inifile": r"%SystemRoot%\system32\NOTEPAD.EXE %1",
    "InternetShortcut": r'"C:\Windows\System32\rundll32.exe" "C:\Windows\System32\ieframe.dll",OpenURL %l',
    "JSEFile": r"C:\Windows\System32\WScript.exe \"%1\" %*",
    "JSFile": r"C:\Windows\System32\WScript.exe \"%1\" %*",
    "Microsoft.PowerShellCmdletDefinitionXML.1": r'"C:\Windows\System32\notepad.exe" "%1"',
    "Microsoft.PowerShellConsole.1": r'"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" -p "%1"',
    "Microsoft.PowerShellData.1": r'"C:\Windows\System32\notepad.exe" "%1"',
    "Microsoft.PowerShellModule.1": r'"C:\Windows\System32\notepad.exe" "%1"',
    "Microsoft.PowerShellScript.1": r'"C:\Windows\System32\notepad.exe" "%1"',
    "Microsoft.PowerShellXMLData.1": r'"C:\Windows\System32\notepad.exe" "%1"',
    "MSCFile": r'%SystemRoot%\system32\mmc.exe "%1" %*',
    "Msi.Package": r'"%SystemRoot%\System32\msiexec.exe" /i "%1" %*',
    "Msi.Patch": r'"%SystemRoot%\System32\msiexec.exe" /p "%1" %*',
    "piffile": '"%1" %*',
    "regfile": r'regedit.exe "%1"',
    "scrfile": '"%1" /S',
    "scriptletfile": r'"C:\Windows\system32\NOTEPAD.EXE" "%1"',
    "txtfile": r"%SystemRoot%\system32\NOTEPAD.EXE %1",
    "VBEFile": r'"%SystemRoot%\System32\WScript.exe" "%1" %*',
    "VBSFile": r'"%SystemRoot%\System32\WScript.exe" "%1" %*',
    "WSFFile": r'"%SystemRoot%\System32\WScript.exe" "%1" %*',
    "WSHFile": r'"%SystemRoot%\System32\WScript.exe" "%1" %*',
}

VERSION: Final = "Microsoft Windows [Version 10.0.19042.746]"


def listing(table: dict[str, str], name: str) -> list[str]:
    """Lines of `assoc` and `ftype`: all, or the one that is named."""
    if not name:
        return [f"{key}={table[key]}" for key in sorted(table, key=str.lower)]
    return [f"{key}={value}" for key, value in table.items() if key.lower() == name.lower()]


def whoami(world: Any) -> str:
    return f"{world.profile.domain}\\{world.profile.user}".lower()


def system_information(world: Any) -> list[str]:
    """`systeminfo`, as far as scripts look at it."""
    profile = world.profile
    return [
        "",
        f"Host Name:                 {profile.computer}",
        "OS Name:                   Microsoft Windows 10 Pro",
        "OS Version:                10.0.19042 N/A Build 19042",
        "OS Manufacturer:           Microsoft Corporation",
        f"Registered Owner:          {profile.full_name}",
        "System Manufacturer:       LENOVO",
        "System Model:              20KH006KJP",
        "System Type:               x64-based PC",
        f"Total Physical Memory:     {profile.memory >> 20:,} MB",
        f"Domain:                    {profile.domain.lower()}.example.test",
        "Logon Server:              \\\\DC01",
    ]


TASKS: Final = (
    "System Idle Process", "System", "smss.exe", "csrss.exe", "wininit.exe", "winlogon.exe", "services.exe", "lsass.exe", "svchost.exe",
    "dwm.exe", "explorer.exe", "OUTLOOK.EXE", "WINWORD.EXE", "EXCEL.EXE", "msedge.exe", "OneDrive.exe", "Teams.exe", "cmd.exe", "conhost.exe",
)  # fmt: skip


def tasks() -> list[str]:
    """`tasklist`."""
    head = [
        "",
        "Image Name                     PID Session Name        Session#    Mem Usage",
        "========================= ======== ================ =========== ============",
    ]
    return head + [
        f"{name:<25} {number * 212 + 4:>8} Console                    1 {number * 1312 + 8:>10,} K" for number, name in enumerate(TASKS)
    ]
