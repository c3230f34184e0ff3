// The guard of a program that serves one container from outside, on AArch64; guard-x86_64.s says more.
//
// A whole ELF file of one read-only, executable segment. Assembled by
//     as -o guard.o guard-aarch64.s && ld -Ttext=0x400000 -o guard.elf guard.o \
//         && objcopy -O binary -j .text guard.elf guard
// where these are AArch64's (aarch64-linux-gnu-as and so on),
// and kept, as hexadecimal digits, in dev.rustyrun.step.GuardProgram; AssembledProgramsTest compares.

        .set SYS_ioctl, 29
        .set SYS_chdir, 49
        .set SYS_close, 57
        .set SYS_write, 64
        .set SYS_ppoll, 73
        .set SYS_exit_group, 94
        .set SYS_unshare, 97
        .set SYS_setresuid, 147
        .set SYS_setresgid, 149
        .set SYS_setsid, 157
        .set SYS_clone, 220
        .set SYS_execve, 221
        .set SYS_wait4, 260
        .set SYS_setns, 268
        .set CLONE_NEWUSER, 0x10000000
        .set CLONE_NEWPID, 0x20000000
        .set NS_GET_USERNS, 0xb701
        .set SIGCHLD, 17
        .set POLLIN, 1

        .set MACHINE, 183                       // EM_AARCH64
        .include "elf.inc"

_start:
        mov     x19, sp                         // argc, argv, envp
        sub     sp, sp, #16
        mov     w0, #6
        bl      close
        mov     x8, #SYS_setsid
        svc     #0
        adr     x0, root
        mov     x8, #SYS_chdir
        svc     #0

        mov     x0, #5                          // the user namespace that owns the network
        mov     x1, #NS_GET_USERNS
        mov     x2, #0
        mov     x8, #SYS_ioctl
        svc     #0
        tbnz    w0, #31, unshare
        mov     x1, #CLONE_NEWUSER
        mov     x8, #SYS_setns
        svc     #0
        tbnz    w0, #31, unshare                // it is this one
        mov     x0, #0
        mov     x1, #0
        mov     x2, #0
        mov     x8, #SYS_setresgid
        svc     #0
        mov     x0, #0
        mov     x1, #0
        mov     x2, #0
        mov     x8, #SYS_setresuid
        svc     #0

unshare:
        mov     x0, #CLONE_NEWPID
        mov     x8, #SYS_unshare
        svc     #0
        tbnz    w0, #31, failed
        bl      fork
        tbnz    w0, #31, failed
        cbz     w0, guard
        mov     w20, w0
        bl      await                           // the namespace is empty then
        mov     w0, #0
        b       exit

guard:                                          // PID 1
        bl      fork
        tbnz    w0, #31, failed
        cbz     w0, program
        mov     w20, w0
        bl      await
        ldr     w0, [sp]
        cbnz    w0, failed
        adr     x1, zero
        bl      report
        mov     w0, #4
        bl      close
        mov     w0, #2
        bl      close
watch:
        mov     w0, #3
        str     w0, [sp]
        mov     w0, #POLLIN
        str     w0, [sp, #4]
        mov     x0, sp
        mov     x1, #1
        mov     x2, #0
        mov     x3, #0
        mov     x4, #0
        mov     x8, #SYS_ppoll
        svc     #0
        cmp     w0, #0
        b.le    watch                           // EINTR
        mov     w0, #0
        b       exit

program:
        mov     w0, #3
        bl      close
        mov     w0, #4
        bl      close
        ldr     x3, [x19]
        add     x1, x19, #8                     // argv
        add     x2, x1, x3, lsl #3
        add     x2, x2, #8                      // envp
        ldr     x0, [x1]
        mov     x8, #SYS_execve
        svc     #0
        mov     w0, #127
        b       exit

failed:
        adr     x1, one
        bl      report
        mov     w0, #1
exit:
        mov     x8, #SYS_exit_group
        svc     #0

close:                                          // w0
        mov     x8, #SYS_close
        svc     #0
        ret

fork:
        mov     x0, #SIGCHLD
        mov     x1, #0
        mov     x2, #0
        mov     x3, #0
        mov     x4, #0
        mov     x8, #SYS_clone
        svc     #0
        ret

await:                                          // w20; its status is at the top of the stack
        mov     w0, w20
        mov     x1, sp
        mov     x2, #0
        mov     x3, #0
        mov     x8, #SYS_wait4
        svc     #0
        cmn     w0, #4                          // EINTR
        b.eq    await
        ret

report:                                         // x1
        mov     x0, #4
        mov     x2, #1
        mov     x8, #SYS_write
        svc     #0
        ret

root:   .asciz  "/"
zero:   .byte   0
one:    .byte   1
        .balign 4
end:
