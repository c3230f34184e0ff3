// The last that a process of ours is before it is a command in somebody else's PID namespace, on AArch64: it makes the copy that
// those in there see, and the copy executes the command. appear-x86_64.s says more.
//
// A whole ELF file of one read-only, executable segment. Assembled by
//     as -o appear.o appear-aarch64.s && ld -Ttext=0x400000 -o appear.elf appear.o \
//         && objcopy -O binary -j .text appear.elf appear
// where these are AArch64's (aarch64-linux-gnu-as and so on),
// and kept, as hexadecimal digits, in dev.rustyrun.step.AppearProgram; AssembledProgramsTest compares.

        .set SYS_fcntl, 25
        .set SYS_ioctl, 29
        .set SYS_close, 57
        .set SYS_read, 63
        .set SYS_write, 64
        .set SYS_exit_group, 94
        .set SYS_ptrace, 117
        .set SYS_rt_sigprocmask, 135
        .set SYS_setsid, 157
        .set SYS_prctl, 167
        .set SYS_clone, 220
        .set SYS_execve, 221
        .set SYS_prlimit64, 261
        .set LIMIT, 24                          // a resource and its struct rlimit64
        .set BEFORE_ERRNO, 2                    // bytes of the report
        .set AFTER_ERRNO, 6
        .set PR_SET_PDEATHSIG, 1
        .set PR_SET_DUMPABLE, 4
        .set CLONE_PTRACE, 0x2000
        .set CLONE_PARENT, 0x8000
        .set SIGKILL, 9
        .set SIGCHLD, 17
        .set TIOCSCTTY, 0x540e
        .set F_SETFD, 2
        .set FD_CLOEXEC, 1
        .set SIG_SETMASK, 2

        .set MACHINE, 183                       // EM_AARCH64
        .include "elf.inc"

_start:
        mov     x19, sp                         // argc, argv, envp
        sub     sp, sp, #32
        mov     x0, #PR_SET_DUMPABLE
        mov     x1, #0
        mov     x8, #SYS_prctl
        svc     #0
        bl      hear
        mov     w22, #(CLONE_PARENT + SIGCHLD)
        ldrb    w1, [sp]
        cmp     w1, #'t'
        b.ne    fork
        mov     x0, #0                          // PTRACE_TRACEME
        mov     x1, #0
        mov     x2, #0
        mov     x3, #0
        mov     x8, #SYS_ptrace
        svc     #0
        cbz     w0, traced
        sub     w0, w0, #0x10, lsl #12
        bl      say
        b       fork
traced:
        orr     w22, w22, #CLONE_PTRACE
fork:
        mov     w0, w22
        mov     x1, #0
        mov     x2, #0
        mov     x3, #0
        mov     x4, #0
        mov     x8, #SYS_clone
        svc     #0
        cbz     w0, copy
        mov     w20, w0
        bl      say
        asr     w0, w20, #31                    // 0 when there is a copy
        mov     w1, #125
        and     w0, w0, w1
        b       exit

say:                                            // w0
        rev     w0, w0
        str     w0, [sp, #16]
        ldr     w0, socket
        add     x1, sp, #16
        mov     x2, #4
        mov     x8, #SYS_write
        svc     #0
        ret

hear:                                           // [sp]
        ldr     w0, socket
        mov     x1, sp
        mov     x2, #1
        mov     x8, #SYS_read
        svc     #0
        cmp     w0, #1
        b.ne    gone
        ret

copy:
        ldr     w1, bound
        cbz     w1, session
        mov     x0, #PR_SET_PDEATHSIG
        mov     x1, #SIGKILL
        mov     x8, #SYS_prctl
        svc     #0
session:
        mov     x8, #SYS_setsid
        svc     #0
        ldr     w1, terminal
        cbz     w1, groups
        mov     x0, #0
        mov     x1, #TIOCSCTTY
        mov     x2, #0
        mov     x8, #SYS_ioctl
        svc     #0
        tbnz    w0, #31, failed

groups:
        ldr     w20, group
        ldr     w21, count
enter:                                          // the cgroups that this process is to be in
        cbz     w21, await
        mov     w0, w20
        adr     x1, myself
        mov     x2, #1
        mov     x8, #SYS_write
        svc     #0
        tbnz    w0, #31, failed
        mov     w0, w20
        mov     x8, #SYS_close
        svc     #0
        add     w20, w20, #1
        sub     w21, w21, #1
        b       enter

await:                                          // the parent: without it, nobody would end this process
        ldr     w0, socket
        bl      close_on_exec
        ldr     w0, gate
        tbnz    w0, #31, unblock
        bl      close_on_exec
        ldr     w0, reports
        bl      close_on_exec
unblock:
        mov     x0, #SIG_SETMASK                // what has been sent since its start, it is sent now
        adr     x1, none
        mov     x2, #0
        mov     x3, #8
        mov     x8, #SYS_rt_sigprocmask
        svc     #0
        bl      hear
        ldr     w0, gate
        tbnz    w0, #31, set
        mov     x1, sp
        mov     x2, #1
        mov     x8, #SYS_read
        svc     #0
        cmp     w0, #1
        b.ne    gone
set:
        adr     x20, limits
        ldr     w21, limited
limit:
        cbz     w21, command
        mov     x0, #0
        ldr     x1, [x20]
        add     x2, x20, #8
        mov     x3, #0
        mov     x8, #SYS_prlimit64
        svc     #0
        tbnz    w0, #31, failed
        add     x20, x20, #LIMIT
        sub     w21, w21, #1
        b       limit

command:
        mov     x0, x20                         // after the limits
        add     x1, x19, #8
        ldr     x2, [x19]
        add     x2, x19, x2, lsl #3
        add     x2, x2, #16
        mov     x8, #SYS_execve
        svc     #0
failed:
        neg     w0, w0
        ldr     w1, gate
        tbz     w1, #31, write_report
        bl      say
gone:
        mov     w0, #125
exit:
        mov     x8, #SYS_exit_group
        svc     #0

close_on_exec:                                  // w0
        mov     x1, #F_SETFD
        mov     x2, #FD_CLOEXEC
        mov     x8, #SYS_fcntl
        svc     #0
        ret

write_report:                                   // w0
        rev     w0, w0
        str     w0, [sp, #16]
        ldr     w1, report                      // what comes before the errno
        mov     x2, #BEFORE_ERRNO
        bl      write
        add     x1, sp, #16
        mov     x2, #4
        bl      write
        ldr     w1, report
        add     x1, x1, #AFTER_ERRNO
        ldr     w2, length
        bl      write
        b       gone

write:                                          // x1, x2
        ldr     w0, reports
        mov     x8, #SYS_write
        svc     #0
        ret

myself: .ascii  "0"
        .balign 8
none:
        .quad   0                               // the kernel's sigset_t
socket:
        .long   0
terminal:
        .long   0                               // whether descriptor 0 is the session's terminal
group:
        .long   0                               // the first of the opened cgroup.procs
count:
        .long   0                               // how many there are
limited:
        .long   0                               // how many limits there are
bound:
        .long   0                               // whether it ends with its parent
gate:
        .long   0                               // -1 for none
reports:
        .long   0                               // the file for what fails
report:
        .long   0                               // its address
length:
        .long   0                               // of what comes after the errno
limits:
end:
