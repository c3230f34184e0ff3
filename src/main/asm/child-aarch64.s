// What `child` becomes once its container runs, on AArch64: waits for init, forwards signals to it, kills it when run has ended,
// reports its end, and exits with its status. child-x86_64.s says more.
//
// A whole ELF file of one read-only, executable segment. Assembled by
//     as -o child.o child-aarch64.s && ld -Ttext=0x400000 -o child.elf child.o \
//         && objcopy -O binary -j .text child.elf child
// where these are AArch64's (aarch64-linux-gnu-as and so on),
// and kept, as hexadecimal digits, in dev.rustyrun.step.ChildProgram; AssembledProgramsTest compares.

        .set SYS_unlinkat, 35
        .set SYS_write, 64
        .set SYS_ppoll, 73
        .set SYS_exit_group, 94
        .set SYS_kill, 129
        .set SYS_rt_sigtimedwait, 137
        .set SYS_getrusage, 165
        .set SYS_prctl, 167
        .set SYS_getppid, 173
        .set SYS_wait4, 260
        .set PR_SET_PDEATHSIG, 1
        .set PR_SET_DUMPABLE, 4
        .set PR_SET_NAME, 15
        .set WNOHANG, 1
        .set SIGKILL, 9
        .set SIGALRM, 14                        // run has ended
        .set SIGCHLD, 17
        .set EBUSY, 16
        .set ATTEMPTS, 100                      // to remove a directory that is busy
        .set CHANNEL, 3
        .set INIT_ENDED, 5                      // a report: its kind, a zero, the status, the length of its text, and a zero
        .set DIGITS, 19                         // its text
        .set REPORT, 162                        // on the stack, above the status, struct siginfo and struct rusage
        .set TEXT, REPORT + 14

        .set MACHINE, 183                       // EM_AARCH64
        .include "elf.inc"

_start:
        sub     sp, sp, #208
        mov     x0, #PR_SET_DUMPABLE
        mov     x1, #0
        bl      prctl
        mov     x0, #PR_SET_PDEATHSIG
        mov     x1, #SIGALRM
        bl      prctl
        mov     x0, #PR_SET_NAME
        adr     x1, name
        bl      prctl

check:                                          // whether run has ended
        bl      is_orphan
        b.eq    reap
        mov     x1, #SIGKILL
        bl      signal
reap:
        ldr     w0, init
        mov     x1, sp
        mov     x2, #WNOHANG
        mov     x3, #0
        mov     x8, #SYS_wait4
        svc     #0
        cbz     w0, wait
        tbnz    w0, #31, failed                 // nobody else can have waited for init
        b       ended

wait:
        adr     x0, handled
        add     x1, sp, #16
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
        tbz     x2, #0, check
        mov     w1, w0
        bl      signal
        b       wait

ended:
        mov     x0, #-1                         // RUSAGE_CHILDREN
        add     x1, sp, #16
        mov     x8, #SYS_getrusage
        svc     #0
        ldp     x0, x1, [sp, #16]               // user and system time, each in seconds and microseconds
        ldp     x2, x3, [sp, #32]
        add     x0, x0, x2
        add     x1, x1, x3
        mov     x2, #16960                      // 1000000
        movk    x2, #15, lsl #16
        madd    x0, x0, x2, x1
        mov     x2, #10
        mov     w3, #DIGITS
        add     x4, sp, #TEXT
digit:
        udiv    x5, x0, x2
        msub    x6, x5, x2, x0
        mov     x0, x5
        add     w6, w6, #'0'
        sub     w3, w3, #1
        strb    w6, [x4, w3, uxtw]
        cbnz    w3, digit
        mov     w0, #INIT_ENDED
        strh    w0, [sp, #REPORT]
        ldr     w0, [sp]
        rev     w0, w0
        str     w0, [sp, #REPORT + 2]
        mov     w0, #(DIGITS << 24)
        str     w0, [sp, #REPORT + 6]
        str     wzr, [sp, #REPORT + 10]
        mov     x0, #CHANNEL
        add     x1, sp, #REPORT
        mov     x2, #(14 + DIGITS)
        mov     x8, #SYS_write
        svc     #0

        bl      is_orphan
        b.eq    exit
        ldr     w20, count                      // run has ended, so it removes nothing
        adr     x19, entries
remove:
        cbz     w20, exit
        mov     w21, #ATTEMPTS
attempt:
        ldr     w0, [x19]
        add     x1, x19, #8
        ldr     w2, [x19, #4]
        mov     x8, #SYS_unlinkat
        svc     #0
        cmn     w0, #EBUSY
        b.ne    next
        mov     x0, #0
        mov     x1, #0
        adr     x2, pause
        mov     x3, #0
        mov     x4, #0
        mov     x8, #SYS_ppoll
        svc     #0
        sub     w21, w21, #1
        cbnz    w21, attempt
next:
        add     x19, x19, #8
skip:
        ldrb    w0, [x19], #1
        cbnz    w0, skip
        sub     w20, w20, #1
        b       remove

exit:
        ldr     w1, [sp]
        ands    w0, w1, #0x7f
        b.eq    exited
        add     w0, w0, #128                    // a signal ended it
        b       leave
exited:
        ubfx    w0, w1, #8, #8
        b       leave
failed:
        mov     w0, #125
leave:
        mov     x8, #SYS_exit_group
        svc     #0

prctl:                                          // x0, x1
        mov     x8, #SYS_prctl
        svc     #0
        ret

signal:                                         // x1
        ldr     w0, init
        mov     x8, #SYS_kill
        svc     #0
        ret

is_orphan:                                      // not equal if so
        mov     x8, #SYS_getppid
        svc     #0
        ldr     w1, run
        cmp     w0, w1
        ret

name:   .asciz  "child"
        .balign 8
pause:
        .quad   0, 10000000                     // 10 ms
handled:
        .quad   0                               // the kernel's sigset_t: signals to wait for
forwarded:
        .quad   0                               // those of them to pass on
init:
        .long   0                               // process ids
run:
        .long   0
count:
        .long   0                               // how many entries follow
entries:
end:
