# What a new scope of systemd's begins with, on x86-64: a copy of it waits for a byte, or for the end of who could send it, and
# ends. The first process writes the copy's process id to its standard output, waits for the copy, and is not in the scope.
#
# A whole ELF file of one read-only, executable segment. Assembled by
#     as -o hold.o hold-x86_64.s && ld -Ttext=0x400000 -o hold.elf hold.o && objcopy -O binary -j .text hold.elf hold
# and kept, as hexadecimal digits, in dev.rustyrun.cgroup.systemd.ScopeHolder; ScopeHolderTest compares.

        .intel_syntax noprefix

        .set SYS_write, 1
        .set SYS_fork, 57
        .set SYS_wait4, 61
        .set SYS_exit_group, 231

        .set MACHINE, 62                        # EM_X86_64
        .include "elf.inc"

_start:
        mov     eax, SYS_fork
        syscall
        sub     rsp, 16
        test    eax, eax
        jz      hold

        mov     [rsp], eax                      # say who holds it
        mov     eax, SYS_write
        mov     edi, 1
        mov     rsi, rsp
        mov     edx, 4
        syscall
        mov     eax, SYS_wait4                  # a zombie would count as one of the scope's processes
        mov     rdi, -1
        xor     esi, esi
        xor     edx, edx
        xor     r10d, r10d
        syscall
        jmp     exit

hold:
        xor     eax, eax                        # SYS_read
        xor     edi, edi
        mov     rsi, rsp
        mov     edx, 1
        syscall
exit:
        mov     eax, SYS_exit_group
        xor     edi, edi
        syscall
end:
