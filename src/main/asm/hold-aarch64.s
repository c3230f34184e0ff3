// What a new scope of systemd's begins with, on AArch64: a copy of it waits for a byte, or for the end of who could send it,
// and ends. The first process writes the copy's process id to its standard output, waits for the copy, and is not in the scope.
//
// A whole ELF file of one read-only, executable segment. Assembled by
//     as -o hold.o hold-aarch64.s && ld -Ttext=0x400000 -o hold.elf hold.o && objcopy -O binary -j .text hold.elf hold
// where these are AArch64's (aarch64-linux-gnu-as and so on),
// and kept, as hexadecimal digits, in dev.rustyrun.cgroup.systemd.ScopeHolder; ScopeHolderTest compares.

        .set SYS_read, 63
        .set SYS_write, 64
        .set SYS_clone, 220
        .set SYS_wait4, 260
        .set SIGCHLD, 17
        .set SYS_exit_group, 94

        .set MACHINE, 183                       // EM_AARCH64
        .include "elf.inc"

_start:
        mov     x0, #SIGCHLD
        mov     x1, #0
        mov     x2, #0
        mov     x3, #0
        mov     x4, #0
        mov     x8, #SYS_clone
        svc     #0
        sub     sp, sp, #16
        cbz     x0, hold

        str     w0, [sp]                        // say who holds it
        mov     x0, #1
        mov     x1, sp
        mov     x2, #4
        mov     x8, #SYS_write
        svc     #0
        mov     x0, #-1                         // a zombie would count as one of the scope's processes
        mov     x1, #0
        mov     x2, #0
        mov     x3, #0
        mov     x8, #SYS_wait4
        svc     #0
        b       exit

hold:
        mov     x0, #0
        mov     x1, sp
        mov     x2, #1
        mov     x8, #SYS_read
        svc     #0
exit:
        mov     x0, #0
        mov     x8, #SYS_exit_group
        svc     #0
end:
