"""What WMI says of the computer: instances of the classes that scripts ask for, made from the world's profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from emoscan.evaluate.core.values import NULL
from emoscan.evaluate.core.world import BOOT, World

Instance = dict[str, Any]


def cim_date(moment: datetime) -> str:
    """CIM_DATETIME: yyyymmddHHMMSS.mmmmmm and the minutes east of Greenwich."""
    return moment.strftime("%Y%m%d%H%M%S.000000+540")


def operating_system(world: World) -> list[Instance]:
    profile = world.profile
    return [
        {
            "Name": rf"Microsoft Windows 10 Pro|{profile.windows}|\Device\Harddisk0\Partition3",
            "Caption": "Microsoft Windows 10 Pro",
            "Version": "10.0.19042",
            "BuildNumber": "19042",
            "BuildType": "Multiprocessor Free",
            "OSArchitecture": "64 ビット",
            "OSLanguage": profile.lcid,
            "Locale": f"{profile.lcid:04x}",
            "CountryCode": str(profile.country),
            "CodeSet": "932" if profile.lcid == 1041 else "1252",
            "CSName": profile.computer,
            "Manufacturer": "Microsoft Corporation",
            "RegisteredUser": profile.full_name,
            "Organization": profile.domain,
            "SerialNumber": "00330-80000-00000-AA456",
            "SystemDirectory": rf"{profile.windows}\system32",
            "WindowsDirectory": profile.windows,
            "SystemDrive": "C:",
            "SystemDevice": r"\Device\HarddiskVolume3",
            "ServicePackMajorVersion": 0,
            "ServicePackMinorVersion": 0,
            "CSDVersion": NULL,
            "OSType": 18,
            "ProductType": 1,
            "OperatingSystemSKU": 48,
            "NumberOfProcesses": 187,
            "NumberOfUsers": 2,
            "TotalVisibleMemorySize": str(profile.memory // 1024),
            "FreePhysicalMemory": str(profile.memory // 2048),
            "TotalVirtualMemorySize": str(profile.memory // 1024 * 5 // 4),
            "FreeVirtualMemory": str(profile.memory // 2048),
            "CurrentTimeZone": 540,
            "LocalDateTime": cim_date(world.now),
            "LastBootUpTime": cim_date(world.now - BOOT),
            "InstallDate": "20200317101500.000000+540",
            "Status": "OK",
            "Primary": True,
            "Debug": False,
            "PortableOperatingSystem": False,
        }
    ]


def computer_system(world: World) -> list[Instance]:
    profile = world.profile
    return [
        {
            "Name": profile.computer,
            "Caption": profile.computer,
            "DNSHostName": profile.computer,
            "Domain": f"{profile.domain.lower()}.example.test",
            "PartOfDomain": True,
            "DomainRole": 1,
            "Workgroup": NULL,
            "Manufacturer": "LENOVO",
            "Model": "20L5S01G00",
            "SystemFamily": "ThinkPad T480",
            "SystemType": "x64-based PC",
            "UserName": rf"{profile.domain}\{profile.user}",
            "PrimaryOwnerName": profile.full_name,
            "NumberOfProcessors": 1,
            "NumberOfLogicalProcessors": profile.cores,
            "TotalPhysicalMemory": str(profile.memory),
            "HypervisorPresent": False,
            "CurrentTimeZone": 540,
            "BootupState": "Normal boot",
            "PCSystemType": 2,
            "Status": "OK",
        }
    ]


def bios(_world: World) -> list[Instance]:
    return [
        {
            "Name": "N24ET58W (1.33 )",
            "Caption": "N24ET58W (1.33 )",
            "Version": "LENOVO - 1330",
            "SMBIOSBIOSVersion": "N24ET58W (1.33 )",
            "Manufacturer": "LENOVO",
            "SerialNumber": "PF1A2B3C",
            "ReleaseDate": "20200219000000.000000+000",
            "Status": "OK",
            "PrimaryBIOS": True,
        }
    ]


def processor(world: World) -> list[Instance]:
    return [
        {
            "Name": "Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz",
            "Caption": "Intel64 Family 6 Model 142 Stepping 10",
            "Description": "Intel64 Family 6 Model 142 Stepping 10",
            "Manufacturer": "GenuineIntel",
            "DeviceID": "CPU0",
            "ProcessorId": "BFEBFBFF000806EA",
            "NumberOfCores": world.profile.cores // 2,
            "NumberOfLogicalProcessors": world.profile.cores,
            "ThreadCount": world.profile.cores,
            "MaxClockSpeed": 1992,
            "CurrentClockSpeed": 1992,
            "AddressWidth": 64,
            "DataWidth": 64,
            "Architecture": 9,
            "L2CacheSize": 1024,
            "LoadPercentage": 14,
            "SocketDesignation": "U3E1",
            "Status": "OK",
        }
    ]


def logical_disk(world: World) -> list[Instance]:
    return [
        {
            "Name": "C:",
            "DeviceID": "C:",
            "Caption": "C:",
            "Description": "ローカル固定ディスク",
            "DriveType": 3,
            "FileSystem": "NTFS",
            "Size": str(world.profile.disk),
            "FreeSpace": str(world.profile.disk // 3),
            "VolumeName": "Windows",
            "VolumeSerialNumber": "AAAEF4E6",
        }
    ]


def disk_drive(world: World) -> list[Instance]:
    return [
        {
            "Name": r"\\.\PHYSICALDRIVE0",
            "DeviceID": r"\\.\PHYSICALDRIVE0",
            "Caption": "SAMSUNG MZVLB512HAJQ-000L7",
            "Model": "SAMSUNG MZVLB512HAJQ-000L7",
            "PNPDeviceID": r"SCSI\DISK&VEN_NVME&PROD_SAMSUNG_MZVLB512\5&2E1B6F2&0&000000",
            "InterfaceType": "SCSI",
            "MediaType": "Fixed hard disk media",
            "SerialNumber": "0025_3885_91B1_9F4C.",
            "Size": str(world.profile.disk),
            "Partitions": 3,
            "Index": 0,
        }
    ]


def video_controller(_world: World) -> list[Instance]:
    return [
        {
            "Name": "Intel(R) UHD Graphics 620",
            "Caption": "Intel(R) UHD Graphics 620",
            "Description": "Intel(R) UHD Graphics 620",
            "AdapterCompatibility": "Intel Corporation",
            "AdapterRAM": 1_073_741_824,
            "VideoProcessor": "Intel(R) UHD Graphics Family",
            "CurrentHorizontalResolution": 1920,
            "CurrentVerticalResolution": 1080,
            "CurrentRefreshRate": 60,
            "PNPDeviceID": r"PCI\VEN_8086&DEV_5917&SUBSYS_225D17AA&REV_07\3&11583659&0&10",
            "DriverVersion": "27.20.100.8681",
            "DeviceID": "VideoController1",
        }
    ]


def network_configuration(world: World) -> list[Instance]:
    return [
        {
            "Description": "Intel(R) Dual Band Wireless-AC 8265",
            "Caption": "[00000001] Intel(R) Dual Band Wireless-AC 8265",
            "IPEnabled": True,
            "MACAddress": "9C:B6:D0:3E:51:7A",
            "IPAddress": ["192.0.2.45"],
            "IPSubnet": ["255.255.255.0"],
            "DefaultIPGateway": ["192.0.2.1"],
            "DNSServerSearchOrder": ["192.0.2.1"],
            "DHCPEnabled": True,
            "DNSDomain": f"{world.profile.domain.lower()}.example.test",
            "DNSHostName": world.profile.computer,
            "Index": 1,
        }
    ]


def network_adapter(_world: World) -> list[Instance]:
    return [
        {
            "Name": "Intel(R) Dual Band Wireless-AC 8265",
            "ProductName": "Intel(R) Dual Band Wireless-AC 8265",
            "Manufacturer": "Intel Corporation",
            "MACAddress": "9C:B6:D0:3E:51:7A",
            "NetConnectionID": "Wi-Fi",
            "NetConnectionStatus": 2,
            "PhysicalAdapter": True,
            "NetEnabled": True,
            "ServiceName": "Netwtw06",
        }
    ]


PROCESSES: Final = (
    "System Idle Process:0",
    "System:4",
    "smss.exe:392",
    "csrss.exe:540",
    "wininit.exe:632",
    "csrss.exe:640",
    "services.exe:704",
    "lsass.exe:724",
    "winlogon.exe:780",
    "svchost.exe:892",
    "svchost.exe:1012",
    "dwm.exe:1108",
    "svchost.exe:1204",
    "svchost.exe:1360",
    "spoolsv.exe:2016",
    "svchost.exe:2340",
    "MsMpEng.exe:2748",
    "SearchIndexer.exe:3912",
    "sihost.exe:4420",
    "taskhostw.exe:4512",
    "explorer.exe:4780",
    "RuntimeBroker.exe:5296",
    "ctfmon.exe:5520",
    "OneDrive.exe:6204",
    "OUTLOOK.EXE:7348",
    "chrome.exe:8120",
    "chrome.exe:8264",
    "WINWORD.EXE:9136",
    "EXCEL.EXE:9420",
)


def processes(world: World) -> list[Instance]:
    windows = world.profile.windows
    made = []
    for entry in PROCESSES:
        name, _, number = entry.partition(":")
        folder = rf"{windows}\System32"
        if name.isupper() or name.endswith(".EXE"):
            folder = r"C:\Program Files\Microsoft Office\root\Office16"
        elif name == "explorer.exe":
            folder = windows
        path = rf"{folder}\{name}" if name.lower().endswith(".exe") else NULL
        made.append(
            {
                "Name": name,
                "Caption": name,
                "Description": name,
                "ProcessId": int(number),
                "ParentProcessId": 704 if name == "svchost.exe" else 4780 if int(number) > 4780 else 4,
                "Handle": number,
                "ExecutablePath": path,
                "CommandLine": path,
                "SessionId": 1 if int(number) > 4000 else 0,
                "Priority": 8,
                "ThreadCount": 12,
                "WorkingSetSize": "48123904",
                "CreationDate": cim_date(world.now - BOOT),
                "CSName": world.profile.computer,
            }
        )
    return made


SERVICES: Final = (
    "Dnscache:DNS Client",
    "EventLog:Windows Event Log",
    "LanmanServer:Server",
    "LanmanWorkstation:Workstation",
    "Schedule:Task Scheduler",
    "Spooler:Print Spooler",
    "Themes:Themes",
    "WinDefend:Windows Defender Antivirus Service",
    "Winmgmt:Windows Management Instrumentation",
    "WSearch:Windows Search",
    "wuauserv:Windows Update",
)


def services(world: World) -> list[Instance]:
    made = []
    for entry in SERVICES:
        name, _, caption = entry.partition(":")
        path = rf"{world.profile.windows}\system32\svchost.exe -k netsvcs -p"
        made.append({"Name": name, "DisplayName": caption, "Caption": caption, "State": "Running", "StartMode": "Auto", "PathName": path})
    return made


def antivirus(_world: World) -> list[Instance]:
    return [
        {
            "displayName": "Windows Defender",
            "instanceGuid": "{D68DDC3A-831F-4fae-9E44-DA132C1ACF46}",
            "pathToSignedProductExe": "windowsdefender://",
            "pathToSignedReportingExe": r"%ProgramFiles%\Windows Defender\MsMpeng.exe",
            "productState": 397_568,
        }
    ]


def user_account(world: World) -> list[Instance]:
    profile = world.profile
    name = {"Name": profile.user, "FullName": profile.full_name, "Domain": profile.domain, "Caption": rf"{profile.domain}\{profile.user}"}
    return [name | {"SID": "S-1-5-21-1004336348-1177238915-682003330-1107", "Disabled": False, "LocalAccount": False}]


def base_board(_world: World) -> list[Instance]:
    return [
        {
            "Manufacturer": "LENOVO",
            "Product": "20L5S01G00",
            "SerialNumber": "L1HF9A3017K",
            "Version": "SDK0J40697 WIN",
            "Name": "Base Board",
        }
    ]


def system_product(_world: World) -> list[Instance]:
    return [
        {
            "Name": "20L5S01G00",
            "Vendor": "LENOVO",
            "Version": "ThinkPad T480",
            "IdentifyingNumber": "PF1A2B3C",
            "UUID": "C8A3B2D1-7E5F-11E8-9C43-BC04D5E6F708",
        }
    ]


def memory(world: World) -> list[Instance]:
    half = str(world.profile.memory // 2)
    return [{"Capacity": half, "Speed": 2400, "Manufacturer": "Samsung", "DeviceLocator": f"ChannelA-DIMM{n}"} for n in range(2)]


def local_time(world: World) -> list[Instance]:
    now = world.now
    names = ("Year", "Month", "Day", "Hour", "Minute", "Second")
    return [dict(zip(names, now.timetuple()[:6])) | {"DayOfWeek": now.isoweekday() % 7}]


def time_zone(_world: World) -> list[Instance]:
    return [{"Bias": 540, "StandardName": "東京 (標準時)", "Caption": "(UTC+09:00) 大阪、札幌、東京"}]


def desktop_monitor(_world: World) -> list[Instance]:
    return [{"Name": "汎用 PnP モニター", "ScreenWidth": 1920, "ScreenHeight": 1080, "MonitorType": "汎用 PnP モニター"}]


def sound(_world: World) -> list[Instance]:
    return [
        {"Name": "Realtek High Definition Audio", "ProductName": "Realtek High Definition Audio", "Manufacturer": "Realtek", "Status": "OK"}
    ]


def printer(_world: World) -> list[Instance]:
    return [{"Name": "Microsoft Print to PDF", "Default": True, "PortName": "PORTPROMPT:"}]


def battery(_world: World) -> list[Instance]:
    return [{"Name": "01AV478", "EstimatedChargeRemaining": 87, "BatteryStatus": 2}]


def keyboard(_world: World) -> list[Instance]:
    return [{"Name": "拡張 (101 または 102 キー)", "Layout": "00000411", "Description": "Lenovo 標準キーボード"}]


def temperature(_world: World) -> list[Instance]:
    return [{"CurrentTemperature": 3_182, "Active": True}]


def present(_world: World) -> list[Instance]:
    """Parts that every real computer has some of, and virtual machines often none."""
    return [{"Name": name, "Caption": name, "Status": "OK", "DeviceID": name} for name in ("0", "1", "2")]


def none(_world: World) -> list[Instance]:
    return []


def updates(_world: World) -> list[Instance]:
    return [{"HotFixID": name, "Description": "Security Update"} for name in ("KB4598242", "KB4593175", "KB4586876")]


CLASSES: Final[dict[str, Callable[[World], list[Instance]]]] = {
    "win32_operatingsystem": operating_system,
    "win32_computersystem": computer_system,
    "win32_computersystemproduct": system_product,
    "win32_bios": bios,
    "win32_smbiosmemory": memory,
    "win32_physicalmemory": memory,
    "win32_baseboard": base_board,
    "win32_processor": processor,
    "win32_logicaldisk": logical_disk,
    "win32_diskdrive": disk_drive,
    "win32_videocontroller": video_controller,
    "win32_networkadapterconfiguration": network_configuration,
    "win32_networkadapter": network_adapter,
    "win32_process": processes,
    "win32_service": services,
    "win32_useraccount": user_account,
    "win32_localtime": local_time,
    "win32_utctime": local_time,
    "win32_timezone": time_zone,
    "win32_desktopmonitor": desktop_monitor,
    "win32_sounddevice": sound,
    "win32_printer": printer,
    "win32_battery": battery,
    "win32_keyboard": keyboard,
    "antivirusproduct": antivirus,
    "antispywareproduct": antivirus,
    "firewallproduct": none,
    "msacpi_thermalzonetemperature": temperature,
    "win32_product": none,
    "win32_quickfixengineering": updates,
    "win32_startupcommand": none,
    "win32_scheduledjob": none,
    "win32_fan": present,
    "win32_cachememory": present,
    "win32_pnpentity": present,
    "win32_portconnector": present,
    "win32_systemslot": present,
    "win32_temperatureprobe": present,
    "win32_voltageprobe": present,
    "cim_memory": present,
    "cim_sensor": present,
    "cim_slot": present,
    "win32_shadowcopy": none,
    "cim_datafile": none,
}
"""Instances by lower-case name of class. Nothing of a virtual machine or of an analyst's tools is among them."""
