"""Commands of Windows PowerShell 5.1 and their aliases: what `Get-Command` and `Get-Alias` know, and wildcards are matched with."""

from __future__ import annotations

from typing import Final

_VERBS: Final = """
Add: Computer Content History JobTrigger LocalGroupMember Member PSSnapin Type WindowsCapability AppxPackage BitsFile CertificateEnrollmentPolicyServer MpPreference VpnConnection
Checkpoint: Computer
Clear: Content EventLog History Item ItemProperty RecycleBin Variable DnsClientCache
Compare: Object
Complete: Transaction BitsTransfer
Connect: PSSession WSMan
Convert: Path String
ConvertFrom: Csv Json SddlString SecureString String StringData CIPolicy
ConvertTo: Csv Html Json SecureString Xml
Copy: Item ItemProperty
Debug: Job Process Runspace
Disable: ComputerRestore JobTrigger LocalUser PSBreakpoint PSRemoting PSSessionConfiguration RunspaceDebug ScheduledJob ScheduledTask WSManCredSSP NetFirewallRule
Disconnect: PSSession WSMan
Enable: ComputerRestore JobTrigger LocalUser PSBreakpoint PSRemoting PSSessionConfiguration RunspaceDebug ScheduledJob ScheduledTask WSManCredSSP NetFirewallRule
Enter: PSHostProcess PSSession
Exit: PSHostProcess PSSession
Expand: Archive WindowsImage
Export: Alias Clixml Console Counter Csv FormatData ModuleMember PSSession Certificate ScheduledTask
Compress: Archive
Find: Package PackageProvider Module Script
ForEach: Object
Format: Custom List Table Wide Hex SecureBootUEFI Volume
Get: Acl Alias AuthenticodeSignature ChildItem CimAssociatedInstance CimClass CimInstance CimSession Clipboard CmsMessage Command ComputerInfo ComputerRestorePoint Content ControlPanelItem Counter Credential Culture Date Event EventLog EventSubscriber ExecutionPolicy FileHash FormatData Help History Host HotFix Item ItemProperty ItemPropertyValue Job JobTrigger LocalGroup LocalGroupMember LocalUser Location Member Module Package PackageProvider PackageSource PfxCertificate Process PSBreakpoint PSCallStack PSDrive PSHostProcessInfo PSProvider PSReadLineOption PSSession PSSessionCapability PSSessionConfiguration PSSnapin Random Runspace RunspaceDebug ScheduledJob ScheduledJobOption ScheduledTask ScheduledTaskInfo Service TimeZone TraceSource Transaction TypeData UICulture Unique Variable Verb WinEvent WmiObject WSManCredSSP WSManInstance AppxPackage BitsTransfer MpComputerStatus MpPreference MpThreat NetAdapter NetIPAddress NetIPConfiguration NetFirewallRule NetTCPConnection DnsClientCache SmbShare Volume Disk Partition PhysicalDisk WindowsOptionalFeature WindowsFeature Certificate Tpm BitLockerVolume InstalledModule PSRepository PnpDevice ADUser ADComputer ADDomain ADForest WindowsUpdateLog
Group: Object
Import: Alias Clixml Counter Csv LocalizedData Module PackageProvider PSSession Certificate PfxCertificate PowerShellDataFile BinaryMiLog
Initialize: Disk Tpm
Install: Package PackageProvider Module Script WindowsFeature
Invoke: CimMethod Command Expression History Item RestMethod TroubleshootingPack WebRequest WmiMethod WSManAction Pester AsWorkflow CommandInDesktopPackage
Join: Path
Limit: EventLog
Measure: Command Object
Mount: DiskImage WindowsImage
Move: Item ItemProperty
New: Alias CimInstance CimSession CimSessionOption Event EventLog FileCatalog Item ItemProperty JobTrigger LocalGroup LocalUser Module ModuleManifest Object PSDrive PSRoleCapabilityFile PSSession PSSessionConfigurationFile PSSessionOption PSTransportOption PSWorkflowExecutionOption ScheduledJobOption ScheduledTask ScheduledTaskAction ScheduledTaskPrincipal ScheduledTaskSettingsSet ScheduledTaskTrigger SelfSignedCertificate Service TimeSpan Variable WebServiceProxy WinEvent WSManInstance WSManSessionOption NetFirewallRule SmbShare TemporaryFile Guid VM
Out: Default File GridView Host Null Printer String
Pop: Location
Protect: CmsMessage
Publish: Module Script
Push: Location
Read: Host
Receive: Job PSSession
Register: ArgumentCompleter CimIndicationEvent EngineEvent ObjectEvent PackageSource PSSessionConfiguration ScheduledJob ScheduledTask WmiEvent PSRepository
Remove: CimInstance CimSession Computer Event EventLog Item ItemProperty Job JobTrigger LocalGroup LocalGroupMember LocalUser Module PSBreakpoint PSDrive PSReadLineKeyHandler PSSession PSSnapin TypeData Variable WmiObject WSManInstance AppxPackage BitsTransfer MpPreference MpThreat NetFirewallRule Service SmbShare
Rename: Computer Item ItemProperty LocalGroup LocalUser
Reset: ComputerMachinePassword
Resolve: Path DnsName
Restart: Computer Service
Restore: Computer
Resume: Job Service BitsTransfer
Save: Help Package Module
Select: Object String Xml
Send: MailMessage DtcDiagnosticTransaction
Set: Acl Alias AuthenticodeSignature CimInstance Clipboard Content Culture Date ExecutionPolicy Item ItemProperty JobTrigger LocalGroup LocalUser Location MpPreference NetFirewallProfile NetFirewallRule PSBreakpoint PSDebug PSReadLineKeyHandler PSReadLineOption PSSessionConfiguration ScheduledJob ScheduledJobOption ScheduledTask Service StrictMode TimeZone TraceSource Variable WmiInstance WSManInstance WSManQuickConfig WinUserLanguageList BitsTransfer DnsClientServerAddress SmbServerConfiguration
Show: Command ControlPanelItem EventLog
Sort: Object
Split: Path
Start: BitsTransfer DscConfiguration Job MpScan Process ScheduledTask Service Sleep Transaction Transcript Trace
Stop: Computer Job Process ScheduledTask Service Transcript
Suspend: Job Service BitsTransfer BitLocker
Tee: Object
Test: ComputerSecureChannel Connection FileCatalog ModuleManifest NetConnection Path PSSessionConfigurationFile WSMan
Trace: Command
Unblock: File Tpm
Undo: Transaction
Uninstall: Package Module WindowsFeature
Unprotect: CmsMessage
Unregister: Event PackageSource PSSessionConfiguration ScheduledJob ScheduledTask
Update: FormatData Help List TypeData Module MpSignature
Use: Transaction
Wait: Debugger Event Job Process
Where: Object
Write: Debug Error EventLog Host Information Output Progress Verbose Warning
Mock: Command
"""

CMDLETS: Final[dict[str, str]] = {
    f"{verb}-{noun}".lower(): f"{verb}-{noun}"
    for line in _VERBS.strip().splitlines()
    for verb, _, nouns in [line.partition(": ")]
    for noun in nouns.split()
}
"""Spelling by lower-case name."""

_ALIASES: Final = """
%=ForEach-Object ?=Where-Object ac=Add-Content asnp=Add-PSSnapin cat=Get-Content cd=Set-Location chdir=Set-Location clc=Clear-Content clear=Clear-Host
clhy=Clear-History cli=Clear-Item clp=Clear-ItemProperty cls=Clear-Host clv=Clear-Variable cnsn=Connect-PSSession compare=Compare-Object copy=Copy-Item
cp=Copy-Item cpi=Copy-Item cpp=Copy-ItemProperty curl=Invoke-WebRequest cvpa=Convert-Path dbp=Disable-PSBreakpoint del=Remove-Item diff=Compare-Object
dir=Get-ChildItem dnsn=Disconnect-PSSession ebp=Enable-PSBreakpoint echo=Write-Output epal=Export-Alias epcsv=Export-Csv epsn=Export-PSSession erase=Remove-Item
etsn=Enter-PSSession exsn=Exit-PSSession fc=Format-Custom fhx=Format-Hex fl=Format-List foreach=ForEach-Object ft=Format-Table fw=Format-Wide gal=Get-Alias
gbp=Get-PSBreakpoint gc=Get-Content gcb=Get-Clipboard gci=Get-ChildItem gcim=Get-CimInstance gcls=Get-CimClass gcm=Get-Command gcms=Get-CimSession gcs=Get-PSCallStack gdr=Get-PSDrive
ghy=Get-History gi=Get-Item gin=Get-ComputerInfo gjb=Get-Job gl=Get-Location gm=Get-Member gmo=Get-Module gp=Get-ItemProperty gps=Get-Process gpv=Get-ItemPropertyValue
group=Group-Object gsn=Get-PSSession gsnp=Get-PSSnapin gsv=Get-Service gtz=Get-TimeZone gu=Get-Unique gv=Get-Variable gwmi=Get-WmiObject h=Get-History
history=Get-History icim=Invoke-CimMethod icm=Invoke-Command iex=Invoke-Expression ihy=Invoke-History ii=Invoke-Item ipal=Import-Alias ipcsv=Import-Csv ipmo=Import-Module
ipsn=Import-PSSession irm=Invoke-RestMethod ise=powershell_ise.exe iwmi=Invoke-WmiMethod iwr=Invoke-WebRequest kill=Stop-Process lp=Out-Printer
ls=Get-ChildItem man=help md=mkdir measure=Measure-Object mi=Move-Item mount=New-PSDrive move=Move-Item mp=Move-ItemProperty mv=Move-Item nal=New-Alias
ndr=New-PSDrive ni=New-Item nmo=New-Module npssc=New-PSSessionConfigurationFile nsn=New-PSSession nv=New-Variable ogv=Out-GridView oh=Out-Host
popd=Pop-Location ps=Get-Process pushd=Push-Location pwd=Get-Location r=Invoke-History rbp=Remove-PSBreakpoint rcjb=Receive-Job rcsn=Receive-PSSession
rd=Remove-Item rdr=Remove-PSDrive ren=Rename-Item ri=Remove-Item rjb=Remove-Job rm=Remove-Item rmdir=Remove-Item rmo=Remove-Module rni=Rename-Item
rnp=Rename-ItemProperty rp=Remove-ItemProperty rsn=Remove-PSSession rsnp=Remove-PSSnapin rujb=Resume-Job rv=Remove-Variable rvpa=Resolve-Path
rwmi=Remove-WmiObject sajb=Start-Job sal=Set-Alias saps=Start-Process sasv=Start-Service sbp=Set-PSBreakpoint sc=Set-Content scb=Set-Clipboard select=Select-Object
set=Set-Variable shcm=Show-Command si=Set-Item sl=Set-Location sleep=Start-Sleep sls=Select-String sort=Sort-Object sp=Set-ItemProperty spjb=Stop-Job
spps=Stop-Process spsv=Stop-Service start=Start-Process stz=Set-TimeZone sujb=Suspend-Job sv=Set-Variable swmi=Set-WmiInstance tee=Tee-Object trcm=Trace-Command type=Get-Content
wget=Invoke-WebRequest where=Where-Object wjb=Wait-Job write=Write-Output
"""

ALIASES: Final[dict[str, str]] = dict(pair.split("=", 1) for pair in _ALIASES.split())
"""Aliases, lower case, and what they stand for."""

FUNCTIONS: Final = {
    name.lower(): name
    for name in (
        "Clear-Host Get-Verb help ImportSystemModules mkdir more oss Pause prompt TabExpansion2 cd.. cd\\ A: B: C: D: Compress-Archive Expand-Archive "
        "Get-FileHash New-Guid New-TemporaryFile Import-PowerShellDataFile Format-Hex ConvertFrom-SddlString"
    ).split()
}
"""Functions that are there from the start."""

COMMON_WISH: Final = (
    "Invoke-Expression", "New-Object", "Write-Output", "Get-Item", "Get-Variable", "Get-Command", "Set-Item", "Set-Variable", "Start-Process",
    "Invoke-WebRequest", "Get-ChildItem", "Get-Content", "ForEach-Object", "Where-Object", "Get-Member", "Write-Host", "Get-Date", "Invoke-Command",
)  # fmt: skip
"""What scripts that pick a command by wildcards are after, when several fit."""
