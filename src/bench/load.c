/* load PORT CONCURRENCY REQUESTS INTERVAL BODY: sends REQUESTS times POST /v1/run to 127.0.0.1:PORT over CONCURRENCY persistent
 * connections, each with its own thread. Request number N is not sent before N times INTERVAL milliseconds after the start.
 * Prints the time of each request in milliseconds, a line for each, then the seconds from the first to the last. Exits with 1 if
 * a request was not answered with 200. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_REQUESTS 100000
#define MAX_THREADS 128

static atomic_int next, failed;
static double times[MAX_REQUESTS];
static int port, requests;
static double interval, begin;
static char request[8192];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void waitUntil(double when) {
    struct timespec t = {.tv_sec = when / 1e3, .tv_nsec = (when - (long)(when / 1e3) * 1e3) * 1e6};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
        ;
}

/* Reads one answer; returns whether its status is 200. */
static int answered(int fd) {
    static _Thread_local char buffer[1 << 16];
    size_t have = 0;
    char *body = NULL;
    size_t length = 0;
    while (!body || have < (size_t)(body - buffer) + length) {
        if (have == sizeof buffer - 1)
            return 0;
        ssize_t got = read(fd, buffer + have, sizeof buffer - 1 - have);
        if (got <= 0)
            return 0;
        have += got;
        buffer[have] = 0;
        if (!body && (body = strstr(buffer, "\r\n\r\n"))) {
            char *field = strcasestr(buffer, "content-length:");
            if (!field || field > body)
                return 0;
            length = strtoul(field + 15, NULL, 10);
            body += 4;
        }
    }
    return strncmp(buffer, "HTTP/1.1 200", 12) == 0;
}

static void *work(void *unused) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
        perror("load: connect");
        exit(1);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    size_t length = strlen(request);
    for (int i = next++; i < requests; i = next++) {
        if (interval > 0)
            waitUntil(begin + i * interval);
        double start = now();
        if (write(fd, request, length) != (ssize_t)length || !answered(fd))
            failed++;
        times[i] = now() - start;
    }
    close(fd);
    return unused;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: load PORT CONCURRENCY REQUESTS INTERVAL BODY\n");
        return 1;
    }
    port = atoi(argv[1]);
    int threads = atoi(argv[2]);
    requests = atoi(argv[3]);
    interval = atof(argv[4]);
    if (threads < 1 || threads > MAX_THREADS || requests < 1 || requests > MAX_REQUESTS)
        return 1;
    snprintf(request, sizeof request, "POST /v1/run HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s", strlen(argv[5]), argv[5]);
    pthread_t ids[MAX_THREADS];
    begin = now();
    for (int i = 0; i < threads; i++)
        pthread_create(&ids[i], NULL, work, NULL);
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    double seconds = (now() - begin) / 1e3;
    for (int i = 0; i < requests; i++)
        printf("%.3f\n", times[i]);
    printf("%.4f\n", seconds);
    return failed != 0;
}
