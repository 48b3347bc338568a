rule MAL_PROGRAM_IN_TEXT {
    meta:
        description = "The first bytes of a Windows program, as base64 or hexadecimal digits, forwards or backwards"
    strings:
        $base64_a = "TVqQAAMAAAAEAAAA//8AALgAAAA" ascii wide
        $base64_b = "TVpQAAIAAAAEAA8A//8AALgAAAA" ascii wide
        $base64_c = "TVoAAAAAAAAAAAAAAAAAAAAAAAAA" ascii wide
        $backwards = "AAAALgAA8//AAAAEAAAAMAAQqVT" ascii wide
        $hex = "4d5a90000300000004000000ffff0000b8" nocase ascii wide
        $bytes = "0x4d,0x5a,0x90,0x00,0x03,0x00" nocase ascii wide
        $decimal = "77,90,144,0,3,0,0,0,4,0,0,0,255,255" ascii wide
    condition:
        any of them
}
