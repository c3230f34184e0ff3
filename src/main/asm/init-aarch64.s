// PID 1 of a container with --init, on AArch64: waits for signals, reaps orphans, passes signals on to the command, and exits
// as the command does. It is all that PID 1 has in memory, so nothing of the host's can be read there.
//
// A whole ELF file of one read-only, executable segment. Assembled by
//     as -o init.o init-aarch64.s && ld -Ttext=0x400000 -o init.elf init.o && objcopy -O binary -j .text init.elf init
// where these are AArch64's (aarch64-linux-gnu-as and so on),
// and kept, as hexadecimal digits, in dev.rustyrun.step.InitProgram; AssembledProgramsTest compares.
//
// Whoever executes it has blocked the signals of `handled`, and fills in the three values at the end.

        .set SYS_rt_sigtimedwait, 137
        .set SYS_wait4, 260
        .set SYS_kill, 129
        .set SYS_prctl, 167
        .set SYS_exit_group, 94
        .set PR_SET_NAME, 15
        .set WNOHANG, 1
        .set SIGCHLD, 17
        .set SI_KERNEL, 0x80
        .set SI_CODE, 8                         // in siginfo_t, of 128 bytes
        .set STATUS, 128                        // after that, on the stack

        .set MACHINE, 183                       // EM_AARCH64
        .include "elf.inc"

_start:
        sub     sp, sp, #144
        mov     x0, #PR_SET_NAME
        adr     x1, name
        mov     x8, #SYS_prctl
        svc     #0

reap:                                           // every child that has ended
        mov     x0, #-1
        add     x1, sp, #STATUS
        mov     x2, #WNOHANG
        mov     x3, #0
        mov     x8, #SYS_wait4
        svc     #0
        cmp     w0, #0
        b.le    wait                            // none, or an error such as ECHILD
        ldr     w1, command
        cmp     w0, w1
        b.ne    reap

        ldr     w1, [sp, #STATUS]               // the command: exit as it did
        ands    w0, w1, #0x7f
        b.eq    exited
        add     w0, w0, #128                    // a signal ended it
        b       exit
exited:
        ubfx    w0, w1, #8, #8
exit:
        mov     x8, #SYS_exit_group
        svc     #0

wait:
        adr     x0, handled
        mov     x1, sp
        mov     x2, #0                          // for ever
        mov     x3, #8
        mov     x8, #SYS_rt_sigtimedwait
        svc     #0
        cmp     w0, #SIGCHLD
        b.eq    reap
        cmp     w0, #0
        b.le    wait                            // EINTR
        sub     w1, w0, #1
        ldr     x2, forwarded
        lsr     x2, x2, x1
        tbz     x2, #0, wait
        ldr     w2, [sp, #SI_CODE]
        cmp     w2, #SI_KERNEL
        b.eq    wait                            // a terminal sent it, to the command too
        mov     w1, w0
        ldr     w0, command
        mov     x8, #SYS_kill
        svc     #0
        b       wait

name:   .asciz  "init"
        .balign 8
handled:
        .quad   0                               // the kernel's sigset_t: signals to wait for
forwarded:
        .quad   0                               // those of them to pass on
command:
        .long   0                               // the command's process id
end:
