"""Names of COM classes that are registered on an ordinary computer with Windows and Office, modelled or not.

`CreateObject` of any other name fails, as scripts that look for an emulator expect. Names are without version.
"""

from __future__ import annotations

from functools import cache
from typing import Final

PROG_IDS: Final = """
    access.application adodb.command adodb.connection adodb.error adodb.parameter adodb.record adodb.recordset adodb.stream
    adomd.catalog adomd.cellset adox.catalog adox.column adox.group adox.index adox.key adox.table adox.user adox.view adsdsobject
    adsysteminfo azman.azauthorizationstore bidispl.bidirequest capicom.certificate capicom.hasheddata capicom.store capicom.utilities
    cdo.configuration cdo.dropdirectory cdo.message certificateauthority.admin certificateauthority.config certificateauthority.request
    comadmin.comadmincatalog dao.dbengine excel.addin excel.application excel.chart excel.sheet excel.sheetmacroenabled excel.workspace
    faxcomex.faxserver faxserver.faxserver forms.checkbox forms.combobox forms.commandbutton forms.form forms.frame forms.image forms.label
    forms.listbox forms.multipage forms.optionbutton forms.scrollbar forms.spinbutton forms.tabstrip forms.textbox forms.togglebutton
    gpmgmt.gpm hnetcfg.fwauthorizedapplication hnetcfg.fwmgr hnetcfg.fwopenport hnetcfg.fwpolicy2 hnetcfg.fwproducts hnetcfg.fwrule
    hnetcfg.hnetshare hnetcfg.natupnp htafile htmlfile imapi2.msftdiscmaster2 imapi2.msftdiscrecorder2 imapi2fs.msftfilesystemimage
    infopath.application internetexplorer.application internetexplorer.applicationmedium internetshortcut
    jro.jetengine jscript jscript.compact jscript.encode ldap ldapnamespace livescript lync.application mediaplayer.mediaplayer
    microsoft.diskquota microsoft.feedsmanager microsoft.freethreadedxmldom microsoft.update.agentinfo microsoft.update.autoupdate
    microsoft.update.downloader microsoft.update.installer microsoft.update.searcher microsoft.update.servicemanager microsoft.update.session
    microsoft.update.stringcoll microsoft.update.systeminfo microsoft.update.updatecoll microsoft.update.webproxy microsoft.windows.actctx
    microsoft.xmldom microsoft.xmlhttp mmc20.application mscal.calendar mscomctllib.imagelistctrl mscomctllib.listviewctrl
    mscomctllib.progctrl mscomctllib.slider mscomctllib.tabstrip mscomctllib.toolbar mscomctllib.treectrl mscomdlg.commondialog
    msforms.dataobject msgraph.application msgraph.chart msinet.inet msmq.msmqapplication msmq.msmqmessage msmq.msmqquery
    msmq.msmqqueueinfo msproject.application msscriptcontrol.scriptcontrol msstkprp.stockfont msxml.domdocument msxml2.domdocument
    msxml2.freethreadeddomdocument msxml2.mxhtmlwriter msxml2.mxnamespacemanager msxml2.mxxmlwriter msxml2.saxattributes msxml2.saxxmlreader
    msxml2.serverxmlhttp msxml2.xmlhttp msxml2.xmlschemacache msxml2.xsltemplate object.microsoft.dxtfilter onenote.application
    outlook.application outlookattachmentobject owc11.chartspace owc11.spreadsheet package paint.picture portabledeviceapi
    powerpoint.addin powerpoint.application powerpoint.show powerpoint.slide powerpoint.template publisher.application
    rds.datacontrol rds.dataspace richtext.richtextctrl rowposition.rowposition sapi.spfilestream sapi.spinprocrecognizer sapi.spsharedrecognizer
    sapi.spvoice schedule.service scriptcontrol scriptlet.context scriptlet.factory scriptlet.typelib scripting.dictionary scripting.encoder
    scripting.filesystemobject scripting.signer shell.application shell.autocomplete shell.explorer shell.folderview shell.localmachine
    shell.uihelper shell.users sqldmo.sqlserver sqloledb stdfont stdpicture sysmon system.collections.arraylist
    system.collections.caseinsensitivecomparer system.collections.caseinsensitivehashcodeprovider system.collections.hashtable
    system.collections.queue system.collections.sortedlist system.collections.stack system.globalization.gregoriancalendar system.io.memorystream
    system.io.stringwriter system.net.webclient system.object system.random system.security.cryptography.cspparameters
    system.security.cryptography.dsacryptoserviceprovider system.security.cryptography.mactripledes
    system.security.cryptography.ripemd160managed system.security.cryptography.rngcryptoserviceprovider
    system.security.cryptography.rsacryptoserviceprovider system.text.stringbuilder system.xml.xmldocument tapi.tapi
    taskscheduler.taskscheduler upnp.upnpdevicefinder vbscript vbscript.encode vbscript.regexp visio.application visio.drawing
    wbemscripting.swbemdatetime wbemscripting.swbemlasterror wbemscripting.swbemlocator wbemscripting.swbemnamedvalueset
    wbemscripting.swbemobjectpath wbemscripting.swbemrefresher wbemscripting.swbemsink wia.commondialog wia.devicemanager wia.imagefile
    wia.imageprocess wia.vector windowsinstaller.installer winhttp.winhttprequest winnt winntnamespace wmplayer.ocx word.addin
    word.application word.basic word.document word.documentmacroenabled word.picture word.template wscript.network wscript.shell
    wsman.automation x509enrollment.cx509enrollment x509enrollment.cx509privatekey
    acroexch.app acroexch.avdoc acroexch.pddoc acropdf.pdf
"""


@cache
def _names() -> frozenset[str]:
    return frozenset(PROG_IDS.split())


def is_installed(prog_id: str) -> bool:
    """Whether a class of that name, lower case and without version, is there."""
    return prog_id in _names()
