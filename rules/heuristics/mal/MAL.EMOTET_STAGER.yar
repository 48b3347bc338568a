rule MAL_EMOTET_STAGER {
    meta:
        description = "PowerShell that tries addresses out of one text, asks how large the file is and starts it"
    strings:
        $list = ".split(" nocase ascii wide
        $size = /\.length\s{0,4}-ge\s{0,4}\d{4,6}/ nocase ascii wide
        $fetch = "downloadfile" nocase ascii wide
        $web = "invoke-webrequest" nocase ascii wide
        $loop = "foreach" nocase ascii wide
        $leave = "break" nocase ascii wide
    condition:
        filesize < 64KB and $list and $size and $loop and $leave and ($fetch or $web)
}
