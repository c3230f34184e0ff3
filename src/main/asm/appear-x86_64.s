# The last that a process of ours is before it is a command in a PID namespace that it joins, on x86-64: it makes the copy that
# those in there see, and the copy executes the command. It is all that either of them has in memory, so nothing of the host's
# can be read there; and the copy is traced by its parent from its first moment on, so that nobody else can trace it before it
# is the command.
#
# A whole ELF file of one read-only, executable segment. Assembled by
#     as -o appear.o appear-x86_64.s && ld -Ttext=0x400000 -o appear.elf appear.o \
#         && objcopy -O binary -j .text appear.elf appear
# and kept, as hexadecimal digits, in dev.rustyrun.step.AppearProgram; AssembledProgramsTest compares.
#
# Whoever executes it has blocked the signals that its parent handles, gives the command's arguments and environment, fills in
# the values at the end, and appends the limits, each as LIMIT bytes, the command's path, and the report. It says on the socket,
# as 32-bit numbers in network byte order:
#     the original: the negative errno of ptrace(2), less 0x10000, if that failed;
#     then the process id of the copy, or the negative errno of clone(2);
#     the copy: the errno of what failed.
# It hears on the socket: the original t or g, go on, and be traced or not; the copy g, once its parent knows of it.
#
# Where there is a gate, the copy then waits for a byte from it, which may come long after everybody else has gone, and what
# fails from then on goes, as the report with the errno in its place, into a file.

        .intel_syntax noprefix

        .set SYS_read, 0
        .set SYS_write, 1
        .set SYS_close, 3
        .set SYS_rt_sigprocmask, 14
        .set SYS_ioctl, 16
        .set SYS_clone, 56
        .set SYS_execve, 59
        .set SYS_fcntl, 72
        .set SYS_ptrace, 101
        .set SYS_setsid, 112
        .set SYS_prctl, 157
        .set SYS_exit_group, 231
        .set SYS_prlimit64, 302
        .set LIMIT, 24                          # a resource and its struct rlimit64
        .set BEFORE_ERRNO, 2                    # bytes of the report
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

        .set MACHINE, 62                        # EM_X86_64
        .include "elf.inc"

_start:
        mov     rbx, rsp                        # argc, argv, envp
        sub     rsp, 32
        mov     eax, SYS_prctl
        mov     edi, PR_SET_DUMPABLE
        xor     esi, esi
        syscall
        call    hear
        mov     r13d, CLONE_PARENT + SIGCHLD
        cmp     byte ptr [rsp], 't'
        jne     fork
        xor     edi, edi                        # PTRACE_TRACEME
        xor     esi, esi
        xor     edx, edx
        xor     r10d, r10d
        mov     eax, SYS_ptrace
        syscall
        test    eax, eax
        jz      traced
        sub     eax, 0x10000
        call    say
        jmp     fork
traced:
        or      r13d, CLONE_PTRACE
fork:
        mov     eax, SYS_clone
        mov     edi, r13d
        xor     esi, esi
        xor     edx, edx
        xor     r10d, r10d
        xor     r8d, r8d
        syscall
        test    eax, eax
        jz      copy
        mov     r12d, eax
        call    say
        mov     edi, r12d                       # 0 when there is a copy
        sar     edi, 31
        and     edi, 125
        jmp     exit

say:                                            # eax
        bswap   eax
        mov     [rsp + 16], eax
        mov     eax, SYS_write
        mov     edi, [rip + socket]
        lea     rsi, [rsp + 16]
        mov     edx, 4
        syscall
        ret

hear:                                           # [rsp], as the caller has it
        xor     eax, eax                        # SYS_read
        mov     edi, [rip + socket]
        lea     rsi, [rsp + 8]
        mov     edx, 1
        syscall
        cmp     eax, 1
        jne     gone
        ret

copy:
        cmp     dword ptr [rip + bound], 0
        je      session
        mov     eax, SYS_prctl
        mov     edi, PR_SET_PDEATHSIG
        mov     esi, SIGKILL
        syscall
session:
        mov     eax, SYS_setsid
        syscall
        cmp     dword ptr [rip + terminal], 0
        je      groups
        mov     eax, SYS_ioctl
        xor     edi, edi
        mov     esi, TIOCSCTTY
        xor     edx, edx
        syscall
        test    eax, eax
        js      failed

groups:
        mov     r12d, [rip + group]
        mov     r13d, [rip + count]
enter:                                          # the cgroups that this process is to be in
        test    r13d, r13d
        jz      await
        mov     eax, SYS_write
        mov     edi, r12d
        lea     rsi, [rip + myself]
        mov     edx, 1
        syscall
        test    eax, eax
        js      failed
        mov     eax, SYS_close
        mov     edi, r12d
        syscall
        inc     r12d
        dec     r13d
        jmp     enter

await:                                          # the parent: without it, nobody would end this process
        mov     edi, [rip + socket]
        call    close_on_exec
        mov     edi, [rip + gate]
        test    edi, edi
        js      unblock
        call    close_on_exec
        mov     edi, [rip + reports]
        call    close_on_exec
unblock:
        mov     eax, SYS_rt_sigprocmask         # what has been sent since its start, it is sent now
        mov     edi, SIG_SETMASK
        lea     rsi, [rip + none]
        xor     edx, edx
        mov     r10d, 8
        syscall
        call    hear
        mov     edi, [rip + gate]
        test    edi, edi
        js      set
        xor     eax, eax                        # SYS_read
        lea     rsi, [rsp + 8]
        mov     edx, 1
        syscall
        cmp     eax, 1
        jne     gone
set:
        lea     r12, [rip + limits]
        mov     r13d, [rip + limited]
limit:
        test    r13d, r13d
        jz      command
        mov     eax, SYS_prlimit64
        xor     edi, edi
        mov     rsi, [r12]
        lea     rdx, [r12 + 8]
        xor     r10d, r10d
        syscall
        test    eax, eax
        js      failed
        add     r12, LIMIT
        dec     r13d
        jmp     limit

command:
        mov     eax, SYS_execve
        mov     rdi, r12                        # after the limits
        lea     rsi, [rbx + 8]
        mov     rdx, [rbx]
        lea     rdx, [rbx + 8 * rdx + 16]
        syscall
failed:
        neg     eax
        cmp     dword ptr [rip + gate], 0
        jge     write_report
        call    say
gone:
        mov     edi, 125
exit:
        mov     eax, SYS_exit_group
        syscall

close_on_exec:                                  # edi
        mov     eax, SYS_fcntl
        mov     esi, F_SETFD
        mov     edx, FD_CLOEXEC
        syscall
        ret

write_report:                                   # eax
        bswap   eax
        mov     [rsp + 16], eax
        mov     esi, [rip + report]             # what comes before the errno
        mov     edx, BEFORE_ERRNO
        call    write
        lea     rsi, [rsp + 16]
        mov     edx, 4
        call    write
        mov     esi, [rip + report]
        add     esi, AFTER_ERRNO
        mov     edx, [rip + length]
        call    write
        jmp     gone

write:                                          # rsi, edx
        mov     eax, SYS_write
        mov     edi, [rip + reports]
        syscall
        ret

myself: .ascii  "0"
        .balign 8
none:
        .quad   0                               # the kernel's sigset_t
socket:
        .long   0
terminal:
        .long   0                               # whether descriptor 0 is the session's terminal
group:
        .long   0                               # the first of the opened cgroup.procs
count:
        .long   0                               # how many there are
limited:
        .long   0                               # how many limits there are
bound:
        .long   0                               # whether it ends with its parent
gate:
        .long   0                               # -1 for none
reports:
        .long   0                               # the file for what fails
report:
        .long   0                               # its address
length:
        .long   0                               # of what comes after the errno
limits:
end:
