"""What documents, workbooks and presentations have in common: their name and place, properties, saving, their project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.values import Object, ObjectClass, Unknown, display
from emoscan.evaluate.vba.host import properties as parts
from emoscan.evaluate.vba.host.base import as_int
from emoscan.parse import bundle

if TYPE_CHECKING:
    from emoscan.evaluate.vba.host.application import Host

DEFAULT_FORMAT: Final = -1


def new_document(host: Host, cls: ObjectClass, record: bundle.Document, path: str) -> Object:
    """The object of an open document. A bare name lies in the folder that downloads go to."""
    path = path.replace("/", "\\")
    folder, _, file = path.rpartition("\\")
    made = Object(cls, host=host, record=record, file=file, name=file, folder=folder or rf"{host.world.profile.home}\Downloads", stories={})
    made.data["variables"] = parts.variables(host, record.variables)
    return made


def path_of(document: Object) -> str:
    return rf"{document.data['folder']}\{document.data['file']}"


def as_format(machine: Any, value: Any) -> int:
    number = as_int(machine, value, DEFAULT_FORMAT)
    return DEFAULT_FORMAT if isinstance(number, Unknown) else number


def save_as(document: Object, path: str | Unknown, content: bytes | Unknown, how: str, *, renames: bool = True) -> None:
    """The document is written to a file, by whose name it goes from then on."""
    machine = document.data["host"].machine
    shown = display(path) or path_of(document)
    machine.write_file(path if path != "" else shown, content, how)
    machine.close_file(shown)
    if renames and not isinstance(path, Unknown):
        folder, _, file = machine.world.absolute(shown).rpartition("\\")
        document.data.update(file=file, name=file, folder=folder)


def opened_text(host: Host, path: str | Unknown) -> str | Unknown:
    """The text of a file that is opened in Word: of one that the script wrote, or not known."""
    content = host.machine.content_of(path)
    if isinstance(content, bytes):
        from emoscan.parse.text import text_of

        text = text_of(content).replace("\r\n", "\r").replace("\n", "\r")
        return text if text.endswith("\r") else text + "\r"
    return content if isinstance(content, Unknown) else Unknown(f"text of {display(path)}")


def page_control(machine: Any, this: Object, name: str, args: tuple[Any, ...]) -> Any:
    """A control on the page of a document module, as a member of it."""
    module = this.data.get("module")
    found = this.data["host"].forms.page_control(module.name, name) if module is not None else None
    if found is None:
        return machine.unmodelled(f"{this.cls.name}.{name}")
    return machine.index(found, args) if args else found


def document_members(cls: ObjectClass) -> None:
    """The members that documents, workbooks and presentations have in common."""
    cls.missing = page_control

    def kept(name: str, make: Any) -> None:
        slot = f"one {name}"

        def get(_machine: Any, this: Object) -> Object:
            if slot not in this.data:
                this.data[slot] = make(this.data["host"], this.data["record"])
            made: Object = this.data[slot]
            return made

        cls.get[name] = get

    kept("builtindocumentproperties", lambda host, record: parts.built_in(host, record.properties))
    kept("customdocumentproperties", lambda host, record: parts.custom(host, record.custom_properties))
    kept("contenttypeproperties", lambda host, record: parts.built_in(host, record.properties))
    kept("customxmlparts", lambda host, record: parts.xml_parts(host, record.custom_xml))

    @cls.method("Name", "_CodeName")
    def name(machine: Any, this: Object) -> Any:
        return machine.query(f"{cls.name}.Name", this.data["file"])

    @cls.method("FullName")
    def full_name(machine: Any, this: Object) -> Any:
        return machine.query(f"{cls.name}.FullName", path_of(this))

    @cls.method("Path")
    def path(machine: Any, this: Object) -> Any:
        return machine.query(f"{cls.name}.Path", this.data["folder"])

    @cls.method("VBProject")
    def project(_machine: Any, this: Object) -> Any:
        host = this.data["host"]
        return host.code.project("VBAProject" if this is host.document else f"Project of {this.data['file']}")

    @cls.method("Windows", "ActiveWindow")
    def windows(machine: Any, this: Object) -> Any:
        return machine.get_member(this.data["host"].application, "activewindow")

    @cls.method("CommandBars")
    def bars(machine: Any, this: Object) -> Any:
        return machine.get_member(this.data["host"].application, "commandbars")
