# The guard of a program that serves one container from outside, on x86-64: it starts the program in a PID namespace of its own,
# whose PID 1 ends when the container does. So the kernel ends the program with the container, whoever of the others is killed.
#
# Descriptors: 2 and 4, what the starter reads: the program's errors, then one byte, 0 when the program is ready, 1 when it failed;
# 3, a pidfd of the container's PID 1; 5, the container's network namespace; 6, this file. The arguments are the program's.
#
# A whole ELF file of one read-only, executable segment. Assembled by
#     as -o guard.o guard-x86_64.s && ld -Ttext=0x400000 -o guard.elf guard.o && objcopy -O binary -j .text guard.elf guard
# and kept, as hexadecimal digits, in dev.rustyrun.step.GuardProgram; AssembledProgramsTest compares.

        .intel_syntax noprefix

        .set SYS_write, 1
        .set SYS_close, 3
        .set SYS_poll, 7
        .set SYS_ioctl, 16
        .set SYS_clone, 56
        .set SYS_execve, 59
        .set SYS_wait4, 61
        .set SYS_chdir, 80
        .set SYS_setsid, 112
        .set SYS_setresuid, 117
        .set SYS_setresgid, 119
        .set SYS_exit_group, 231
        .set SYS_unshare, 272
        .set SYS_setns, 308
        .set CLONE_NEWUSER, 0x10000000
        .set CLONE_NEWPID, 0x20000000
        .set NS_GET_USERNS, 0xb701
        .set SIGCHLD, 17
        .set POLLIN, 1

        .set MACHINE, 62                        # EM_X86_64
        .include "elf.inc"

_start:
        mov     rbx, rsp                        # argc, argv, envp
        sub     rsp, 16
        mov     edi, 6
        call    close
        mov     eax, SYS_setsid
        syscall
        mov     eax, SYS_chdir
        lea     rdi, [rip + root]
        syscall

        mov     eax, SYS_ioctl                  # the user namespace that owns the network
        mov     edi, 5
        mov     esi, NS_GET_USERNS
        xor     edx, edx
        syscall
        test    eax, eax
        js      unshare
        mov     edi, eax
        mov     eax, SYS_setns
        mov     esi, CLONE_NEWUSER
        syscall
        test    eax, eax
        js      unshare                         # it is this one
        mov     eax, SYS_setresgid
        xor     edi, edi
        xor     esi, esi
        xor     edx, edx
        syscall
        mov     eax, SYS_setresuid
        xor     edi, edi
        xor     esi, esi
        xor     edx, edx
        syscall

unshare:
        mov     eax, SYS_unshare
        mov     edi, CLONE_NEWPID
        syscall
        test    eax, eax
        js      failed
        call    fork
        test    eax, eax
        js      failed
        jz      guard
        mov     ebp, eax
        call    await                           # the namespace is empty then
        xor     edi, edi
        jmp     exit

guard:                                          # PID 1
        call    fork
        test    eax, eax
        js      failed
        jz      program
        mov     ebp, eax
        call    await
        cmp     dword ptr [rsp], 0
        jne     failed
        lea     rsi, [rip + zero]
        call    report
        mov     edi, 4
        call    close
        mov     edi, 2
        call    close
watch:
        mov     dword ptr [rsp], 3
        mov     dword ptr [rsp + 4], POLLIN
        mov     eax, SYS_poll
        mov     rdi, rsp
        mov     esi, 1
        mov     edx, -1
        syscall
        test    eax, eax
        jle     watch                           # EINTR
        xor     edi, edi
        jmp     exit

program:
        mov     edi, 3
        call    close
        mov     edi, 4
        call    close
        mov     rax, [rbx]
        lea     rsi, [rbx + 8]                  # argv
        lea     rdx, [rbx + rax * 8 + 16]       # envp
        mov     rdi, [rsi]
        mov     eax, SYS_execve
        syscall
        mov     edi, 127
        jmp     exit

failed:
        lea     rsi, [rip + one]
        call    report
        mov     edi, 1
exit:
        mov     eax, SYS_exit_group
        syscall

close:                                          # edi
        mov     eax, SYS_close
        syscall
        ret

fork:
        mov     eax, SYS_clone
        mov     edi, SIGCHLD
        xor     esi, esi
        xor     edx, edx
        xor     r10d, r10d
        xor     r8d, r8d
        syscall
        ret

await:                                          # ebp; its status is at the top of the caller's stack
        mov     eax, SYS_wait4
        mov     edi, ebp
        lea     rsi, [rsp + 8]
        xor     edx, edx
        xor     r10d, r10d
        syscall
        cmp     eax, -4                         # EINTR
        je      await
        ret

report:                                         # rsi
        mov     eax, SYS_write
        mov     edi, 4
        mov     edx, 1
        syscall
        ret

root:   .asciz  "/"
zero:   .byte   0
one:    .byte   1
        .balign 4
end:
