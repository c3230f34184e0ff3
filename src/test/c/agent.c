/*
 * A seccomp agent for the tests: agent SOCKET ERRNO. For each connection it takes one message with one descriptor, prints
 * the message and whether the connection was closed after it, and answers every system call that waits with ERRNO, or with
 * "go on" when that is 0.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int take(int connection)
{
    static char text[65536];
    char control[CMSG_SPACE(8 * sizeof(int))];
    struct iovec piece = {text, sizeof text - 1};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t count = recvmsg(connection, &message, 0);
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (count <= 0 || !head || head->cmsg_type != SCM_RIGHTS || head->cmsg_len != CMSG_LEN(sizeof(int))) {
        printf("not one descriptor\n");
        exit(1);
    }
    text[count] = 0;
    char more;
    printf("%s\nclosed=%d\n", text, read(connection, &more, 1) == 0);
    int listener;
    memcpy(&listener, CMSG_DATA(head), sizeof listener);
    return listener;
}

static void answer(int listener, int error)
{
    struct pollfd waiting = {listener, POLLIN, 0};
    while (poll(&waiting, 1, -1) > 0 && waiting.revents & POLLIN) {
        struct seccomp_notif call = {0};
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
            continue;
        struct seccomp_notif_resp response = {.id = call.id, .error = -error,
            .flags = error ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
        printf("answered\n");
    }
    printf("ended\n");
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGCHLD, SIG_IGN);
    if (argc != 3 || bind(server, (struct sockaddr *) &address, sizeof address) < 0 || listen(server, 8) < 0)
        return 1;
    for (;;) {
        int connection = accept(server, NULL, NULL);
        if (fork() == 0) {
            answer(take(connection), atoi(argv[2]));
            return 0;
        }
        close(connection);
    }
}
