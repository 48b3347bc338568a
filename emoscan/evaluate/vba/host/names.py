"""Names that the applications know: global members, and members of the classes that document modules are derived from.

From the object model references of Word (Global, Document), Excel (Global, Workbook, Worksheet), PowerPoint (Global) and
Microsoft Forms. A name in these lists that no class models is one whose value we do not know; it is never an empty variable.
"""

from __future__ import annotations

from typing import Final


def _set(text: str) -> frozenset[str]:
    return frozenset(text.lower().split())


COMMON: Final = _set(
    """Application Debug UserForms Load Unload VBA Global Office MSForms stdole VBIDE Word Excel PowerPoint Interaction Strings
    Conversion Information Math DateTime FileSystem Constants"""
)

WORD: Final = COMMON | _set(
    """ActiveDocument ActivePrinter ActiveProtectedViewWindow ActiveWindow AddIns AnswerWizard Assistant AutoCaptions AutoCorrect
    AutoCorrectEmail BuildKeyCode CaptionLabels CentimetersToPoints ChangeFileOpenDirectory CheckSpelling CleanString CommandBars
    Creator CustomDictionaries CustomizationContext DDEExecute DDEInitiate DDEPoke DDERequest DDETerminate DDETerminateAll Dialogs
    Documents FileConverters FindKey FontNames GetSpellingSuggestions HangulHanjaDictionaries Help InchesToPoints IsObjectValid
    IsSandboxed KeyBindings KeysBoundTo KeyString LandscapeFontNames Languages LanguageSettings LinesToPoints ListGalleries
    MacroContainer MillimetersToPoints Name NewWindow NormalTemplate Options Parent PicasToPoints PixelsToPoints
    PointsToCentimeters PointsToInches PointsToLines PointsToMillimeters PointsToPicas PointsToPixels PortraitFontNames
    PrintPreview ProtectedViewWindows RecentFiles Repeat Run Selection ShowVisualBasicEditor StatusBar SynonymInfo System Tasks
    Templates VBE Windows WordBasic ThisDocument Normal"""
)

EXCEL: Final = COMMON | _set(
    """ActiveCell ActiveChart ActiveDialog ActiveMenuBar ActivePrinter ActiveSheet ActiveWindow ActiveWorkbook AddIns Assistant
    Calculate Cells Charts Columns CommandBars Creator DDEAppReturnCode DDEExecute DDEInitiate DDEPoke DDERequest DDETerminate
    DialogSheets Evaluate Excel4IntlMacroSheets Excel4MacroSheets ExecuteExcel4Macro Intersect MenuBars Modules Names Parent Range
    Rows Run Selection SendKeys Sheets ShortcutMenus ThisWorkbook Toolbars Union Windows Workbooks WorksheetFunction Worksheets"""
)

POWERPOINT: Final = COMMON | _set(
    """ActivePresentation ActiveProtectedViewWindow ActiveWindow AddIns Assistant AutoCorrect CommandBars Dialogs FileConverters
    FileDialog Fonts IsSandboxed Options Presentations ProtectedViewWindows SlideShowWindows VBE Windows"""
)

GLOBAL: Final = {"": COMMON | WORD | EXCEL | POWERPOINT, "word": WORD, "excel": EXCEL, "powerpoint": POWERPOINT}

USER_FORM: Final = _set(
    """ActiveControl BackColor BorderColor BorderStyle CanPaste CanRedo CanUndo Caption Controls Copy Cut Cycle DesignMode
    DrawBuffer Enabled Font FontBold FontItalic FontName FontSize ForeColor Height HelpContextID Hide InsideHeight InsideWidth
    KeepScrollBarsVisible Left MouseIcon MousePointer Move Name Paste Picture PictureAlignment PictureSizeMode PictureTiling
    PrintForm RedoAction Repaint RightToLeft Scroll ScrollBars ScrollHeight ScrollLeft ScrollTop ScrollWidth SetDefaultTabOrder
    Show SpecialEffect StartUpPosition Tag Top UndoAction VerticalScrollBarSide WhatsThisButton WhatsThisHelp WhatsThisMode Width Zoom"""
)

OBJECT: Final = _set("Application Creator Parent")

DOCUMENT: Final = OBJECT | _set(
    """Name AcceptAllRevisions AcceptAllRevisionsShown Activate ActiveTheme ActiveThemeDisplayName ActiveWindow ActiveWritingStyle
    AddToFavorites ApplyDocumentTheme ApplyQuickStyleSet ApplyTheme AttachedTemplate AutoFormat AutoFormatOverride AutoHyphenation
    AutoSummarize Background Bibliography Bookmarks BuiltInDocumentProperties CanCheckin Characters CheckConsistency CheckGrammar
    CheckIn CheckNewSmartTags CheckSpelling ChildNodeSuggestions ClosePrintPreview CodeName CommandBars Comments Compare
    CompatibilityMode ComputeStatistics ConsecutiveHyphensLimit Container Content ContentControls ContentTypeProperties Convert
    ConvertAutoHyphens ConvertNumbersToText ConvertVietDoc CopyStylesFromTemplate CountNumberedItems CreateLetterContent
    CurrentRsid CustomDocumentProperties CustomXMLParts DataForm DefaultTableStyle DefaultTabStop DefaultTargetFrame
    DeleteAllComments DeleteAllCommentsShown DeleteAllEditableRanges DeleteAllInkAnnotations DetectLanguage DisableFeatures
    DoNotEmbedSystemFonts DocID DocumentInspectors DocumentLibraryVersions DocumentTheme DowngradeDocument EditionOptions Email
    EmbedSmartTags EmbedTrueTypeFonts EncryptionProvider EndReview Endnotes EnforceStyle Envelope ExportAsFixedFormat
    FarEastLineBreakLanguage FarEastLineBreakLevel Fields Final FitToPages FollowHyperlink Footnotes FormattingShowClear
    FormattingShowFilter FormattingShowFont FormattingShowNumbering FormattingShowParagraph FormFields FormsDesign ForwardMailer
    Frames Frameset FreezeLayout FullName GetCrossReferenceItems GetLetterContent GoTo GrammarChecked GrammaticalErrors
    GridDistanceHorizontal GridDistanceVertical HasMailer HasPassword HasRoutingSlip HasVBProject HTMLDivisions HTMLProject
    Hyperlinks HyphenateCaps HyphenationZone Indexes InlineShapes IsMasterDocument IsSubdocument JustificationMode KerningByAlgorithm
    Kind LanguageDetected ListParagraphs ListTemplates Lists LockQuickStyleSet LockTheme MailEnvelope MailMerge Mailer
    MakeCompatibilityDefault ManualHyphenation Merge NoLineBreakAfter NoLineBreakBefore OMathBreakBin OMaths OpenEncoding
    OptimizeForWord97 OriginalDocumentTitle PageSetup Paragraphs Password PasswordEncryptionAlgorithm PasswordEncryptionProvider
    Path Permission Post PresentIt PrintFormsData PrintFractionalWidths PrintOut PrintPreview PrintPostScriptOverText
    PrintRevisions Protect ProtectionType Range ReadabilityStatistics ReadingLayoutSizeX ReadOnly ReadOnlyRecommended
    RecheckSmartTags Redo RejectAllRevisions ReloadAs RemoveDateAndTime RemoveDocumentInformation RemoveNumbers
    RemovePersonalInformation RemoveSmartTags RemoveTheme Repaginate Reply ReplyAll ReplyWithChanges Research RevisedDocumentTitle
    Revisions Route Routed RoutingSlip RunAutoMacro RunLetterWizard Save SaveAs SaveAs2 SaveAsQuickStyleSet Saved SaveEncoding
    SaveFormat SaveFormsData SaveSubsetFonts Scripts Sections SelectAllEditableRanges SelectContentControlsByTag
    SelectContentControlsByTitle SelectLinkedControls SelectNodes SelectSingleNode SendFax SendForReview SendMail SendMailer
    Sentences ServerPolicy SetCompatibilityMode SetDefaultTableStyle Shapes SharedWorkspace ShowGrammaticalErrors ShowRevisions
    ShowSpellingErrors ShowSummary Signatures SmartDocument SmartTags SnapToGrid SnapToShapes SpellingChecked SpellingErrors
    StoryRanges Styles StyleSheets StyleSortMethod Subdocuments SummaryLength SummaryViewMode Sync Tables TablesOfAuthorities
    TablesOfAuthoritiesCategories TablesOfContents TablesOfFigures TextEncoding TextLineEnding ToggleFormsDesign
    TrackFormatting TrackMoves TrackRevisions TransformDocument Type Undo UndoClear Unfreeze Unprotect UpdateStyles
    UpdateStylesOnOpen UpdateSummaryProperties UseMathDefaults UserControl Variables VBASigned VBProject Versions ViewCode
    ViewPropertyBrowser WebOptions WebPagePreview Windows WordOpenXML Words WritePassword WriteReserved XMLNodes
    XMLSchemaReferences XMLSaveThroughXSLT XMLShowAdvancedErrors"""
)

SHEET: Final = OBJECT | _set(
    """Activate AutoFilter AutoFilterMode Buttons Calculate Cells ChartObjects CheckBoxes CheckSpelling CircleInvalid
    CircularReference ClearArrows ClearCircles CodeName Columns Comments ConsolidationFunction ConsolidationOptions
    ConsolidationSources Copy CustomProperties Delete DisplayPageBreaks DisplayRightToLeft DrawingObjects DropDowns EnableAutoFilter
    EnableCalculation EnableOutlining EnablePivotTable EnableSelection Evaluate ExportAsFixedFormat FilterMode GroupBoxes
    GroupObjects HPageBreaks Hyperlinks Index Labels Lines ListBoxes ListObjects MailEnvelope Move Name Names Next OLEObjects
    OnCalculate OnData OnDoubleClick OnEntry OnSheetActivate OnSheetDeactivate OptionButtons Outline Ovals PageSetup Paste
    PasteSpecial Pictures PivotTables PivotTableWizard Previous PrintOut PrintPreview Protect ProtectContents
    ProtectDrawingObjects Protection ProtectionMode ProtectScenarios QueryTables Range Rectangles ResetAllPageBreaks Rows SaveAs
    Scenarios ScrollArea ScrollBars Select SetBackgroundPicture Shapes ShowAllData ShowDataForm SmartTags Sort Spinners
    StandardHeight StandardWidth Tab TextBoxes TransitionExpEval TransitionFormEntry Type Unprotect UsedRange Visible
    VPageBreaks XmlDataQuery XmlMapQuery"""
)

WORKBOOK: Final = OBJECT | _set(
    """AcceptAllChanges AcceptLabelsInFormulas AccuracyVersion Activate ActiveChart ActiveSheet ActiveSlicer AddToFavorites ApplyTheme Author
    AutoUpdateFrequency AutoUpdateSaveChanges BreakLink BuiltinDocumentProperties CalculationVersion CanCheckIn ChangeFileAccess
    ChangeHistoryDuration ChangeLink Charts CheckCompatibility CheckIn Close CodeName Colors CommandBars Comments ConflictResolution
    Connections ConnectionsDisabled Container ContentTypeProperties CreateBackup CustomDocumentProperties CustomViews
    CustomXMLParts Date1904 DeleteNumberFormat DialogSheets DisplayDrawingObjects DisplayInkComments DocumentInspectors
    DoNotPromptForConvert EnableAutoRecover EnableConnections EncryptionProvider EndReview EnvelopeVisible
    Excel4IntlMacroSheets Excel4MacroSheets Excel8CompatibilityMode ExclusiveAccess ExportAsFixedFormat FileFormat Final FollowHyperlink
    ForceFullCalculation ForwardMailer FullName FullNameURLEncoded HasMailer HasPassword HasRoutingSlip HasVBProject
    HighlightChangesOnScreen HighlightChangesOptions HTMLProject IconSets InactiveListBorderVisible IsAddin IsInplace
    KeepChangeHistory Keywords LinkInfo LinkSources ListChangesOnNewSheet LockServerFile Mailer MergeWorkbook Modules
    MultiUserEditing Name Names NewWindow OnSave OnSheetActivate OnSheetDeactivate OpenLinks Password Path Permission
    PersonalViewListSettings PersonalViewPrintSettings PivotCaches Post PrecisionAsDisplayed PrintOut PrintPreview Protect
    ProtectSharing ProtectStructure ProtectWindows PublishObjects PurgeChangeHistoryNow ReadOnly ReadOnlyRecommended RefreshAll
    RejectAllChanges ReloadAs RemoveDocumentInformation RemovePersonalInformation RemoveUser Reply ReplyAll ReplyWithChanges
    Research ResetColors RevisionNumber Route Routed RoutingSlip RunAutoMacros Save SaveAs SaveAsXMLData SaveCopyAs Saved
    SaveLinkValues SendForReview SendMail SendMailer SetLinkOnData SetPasswordEncryptionOptions SharedWorkspace Sheets
    ShowConflictHistory ShowPivotTableFieldList Signatures SmartTagOptions Styles Subject TemplateRemoveExtData Theme Title
    ToggleFormsDesign Unprotect UnprotectSharing UpdateFromFile UpdateLink UpdateLinks UserControl UserStatus VBASigned VBProject
    WebOptions WebPagePreview Windows Worksheets WritePassword WriteReserved WriteReservedBy XmlImport XmlMaps XmlNamespaces"""
)

SLIDE: Final = OBJECT | _set(
    """ApplyTemplate ApplyTheme Background BackgroundStyle ColorScheme Comments Copy CustomLayout Cut Delete Design DisplayMasterShapes
    Duplicate Export FollowMasterBackground HasNotesPage HeadersFooters Hyperlinks Layout Master MoveTo Name NotesPage
    PrintSteps PublishSlides Scripts sectionIndex Select Shapes SlideID SlideIndex SlideNumber SlideShowTransition Tags Theme TimeLine"""
)
