rule MAL_SHELLCODE {
    meta:
        description = "The first instructions of the machine code of Metasploit and Cobalt Strike, and the settings of the latter's beacon"
    strings:
        $x86 = { fc e8 ( 82 | 86 | 89 | 8f ) 00 00 00 60 89 e5 31 }
        $x64 = { fc 48 83 e4 f0 e8 ( c0 | c8 | cc ) 00 00 00 41 51 41 50 52 51 56 }
        $loop = { 31 d2 ( 65 48 | 64 ) 8b 52 ( 30 | 60 ) }
        $hash = { c1 cf 0d 01 c7 }
        $beacon_3 = { 69 68 69 68 69 6b 69 69 69 6? }
        $beacon_4 = { 2e 2f 2e 2f 2e 2c 2e 2e 2e 2? }
    condition:
        $x86 or $x64 or ($loop and $hash) or any of ($beacon_*)
}
