# What `child` becomes once its container runs, on x86-64: waits for init, forwards signals to it, kills it when run has ended,
# reports its end, and exits with its status. A container that stays for long costs some pages this way, and not a program.
#
# A whole ELF file of one read-only, executable segment. Assembled by
#     as -o child.o child-x86_64.s && ld -Ttext=0x400000 -o child.elf child.o \
#         && objcopy -O binary -j .text child.elf child
# and kept, as hexadecimal digits, in dev.rustyrun.step.ChildProgram; AssembledProgramsTest compares.
#
# The process that executes it has blocked the signals of `handled`, fills in the values at the end, and appends what to remove
# if run has ended: for each file or directory, 32-bit numbers with the open directory that contains it and the flags of
# unlinkat(2), and then its name with a zero. Descriptor 3 is the channel to run.

        .intel_syntax noprefix

        .set SYS_write, 1
        .set SYS_poll, 7
        .set SYS_wait4, 61
        .set SYS_kill, 62
        .set SYS_getrusage, 98
        .set SYS_getppid, 110
        .set SYS_rt_sigtimedwait, 128
        .set SYS_prctl, 157
        .set SYS_exit_group, 231
        .set SYS_unlinkat, 263
        .set PR_SET_PDEATHSIG, 1
        .set PR_SET_DUMPABLE, 4
        .set PR_SET_NAME, 15
        .set WNOHANG, 1
        .set RUSAGE_CHILDREN, -1
        .set SIGKILL, 9
        .set SIGALRM, 14                        # run has ended
        .set SIGCHLD, 17
        .set EBUSY, 16
        .set ATTEMPTS, 100                      # to remove a directory that is busy
        .set PAUSE, 10                          # milliseconds between them
        .set CHANNEL, 3
        .set INIT_ENDED, 5                      # a report: its kind, a zero, the status, the length of its text, and a zero
        .set DIGITS, 19                         # its text
        .set REPORT, 160                        # on the stack, above the status, struct siginfo and struct rusage
        .set TEXT, REPORT + 14

        .set MACHINE, 62                        # EM_X86_64
        .include "elf.inc"

_start:
        sub     rsp, 208
        mov     edi, PR_SET_DUMPABLE
        xor     esi, esi
        call    prctl
        mov     edi, PR_SET_PDEATHSIG
        mov     esi, SIGALRM
        call    prctl
        mov     edi, PR_SET_NAME
        lea     rsi, [rip + name]
        call    prctl

check:                                          # whether run has ended
        call    is_orphan
        je      reap
        mov     esi, SIGKILL
        call    signal
reap:
        mov     eax, SYS_wait4
        mov     edi, [rip + init]
        mov     rsi, rsp
        mov     edx, WNOHANG
        xor     r10d, r10d
        syscall
        test    eax, eax
        jz      wait
        js      failed                          # nobody else can have waited for init
        jmp     ended

wait:
        mov     eax, SYS_rt_sigtimedwait
        lea     rdi, [rip + handled]
        lea     rsi, [rsp + 16]
        xor     edx, edx                        # for ever
        mov     r10d, 8
        syscall
        cmp     eax, SIGCHLD
        je      reap
        test    eax, eax
        jle     wait                            # EINTR
        lea     ecx, [rax - 1]
        mov     rdx, [rip + forwarded]
        bt      rdx, rcx
        jnc     check
        mov     esi, eax
        call    signal
        jmp     wait

ended:
        mov     eax, SYS_getrusage
        mov     rdi, RUSAGE_CHILDREN
        lea     rsi, [rsp + 16]
        syscall
        mov     rax, [rsp + 16]                 # user and system time, each in seconds and microseconds
        add     rax, [rsp + 32]
        imul    rax, rax, 1000000
        add     rax, [rsp + 24]
        add     rax, [rsp + 40]
        mov     ecx, DIGITS
        mov     r8d, 10
digit:
        xor     edx, edx
        div     r8
        add     dl, '0'
        mov     [rsp + TEXT + rcx - 1], dl
        dec     ecx
        jnz     digit
        mov     word ptr [rsp + REPORT], INIT_ENDED
        mov     eax, [rsp]
        bswap   eax
        mov     [rsp + REPORT + 2], eax
        mov     dword ptr [rsp + REPORT + 6], DIGITS << 24
        mov     dword ptr [rsp + REPORT + 10], 0
        mov     eax, SYS_write
        mov     edi, CHANNEL
        lea     rsi, [rsp + REPORT]
        mov     edx, 14 + DIGITS
        syscall

        call    is_orphan
        je      exit
        mov     r12d, [rip + count]             # run has ended, so it removes nothing
        lea     rbx, [rip + entries]
remove:
        test    r12d, r12d
        jz      exit
        mov     r13d, ATTEMPTS
attempt:
        mov     eax, SYS_unlinkat
        mov     edi, [rbx]
        lea     rsi, [rbx + 8]
        mov     edx, [rbx + 4]
        syscall
        cmp     eax, -EBUSY
        jne     next
        mov     eax, SYS_poll
        xor     edi, edi
        xor     esi, esi
        mov     edx, PAUSE
        syscall
        dec     r13d
        jnz     attempt
next:
        add     rbx, 8
skip:
        inc     rbx
        cmp     byte ptr [rbx - 1], 0
        jne     skip
        dec     r12d
        jmp     remove

exit:
        mov     eax, [rsp]
        mov     edi, eax
        and     edi, 0x7f
        jz      exited
        add     edi, 128                        # a signal ended it
        jmp     leave
exited:
        movzx   edi, ah
        jmp     leave
failed:
        mov     edi, 125
leave:
        mov     eax, SYS_exit_group
        syscall

prctl:                                          # edi, rsi
        mov     eax, SYS_prctl
        syscall
        ret

signal:                                         # esi
        mov     eax, SYS_kill
        mov     edi, [rip + init]
        syscall
        ret

is_orphan:                                      # not equal if so
        mov     eax, SYS_getppid
        syscall
        cmp     eax, [rip + run]
        ret

name:   .asciz  "child"
        .balign 8
handled:
        .quad   0                               # the kernel's sigset_t: signals to wait for
forwarded:
        .quad   0                               # those of them to pass on
init:
        .long   0                               # process ids
run:
        .long   0
count:
        .long   0                               # how many entries follow
entries:
end:
