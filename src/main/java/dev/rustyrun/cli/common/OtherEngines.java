package dev.rustyrun.cli.common;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Commands and options of docker and podman that Rustyrun does not have, with advice on what to use instead. */
final class OtherEngines {

    private static final Map<String, String> COMMANDS = new HashMap<>();
    private static final Map<String, String> OPTIONS = new HashMap<>();

    static {
        command(
                "images are built elsewhere, such as with buildah: rustyrun load reads its archives",
                "build",
                "builder",
                "buildx",
                "image build");
        command(
                "images are pushed with skopeo or podman: rustyrun save writes archives for them",
                "push",
                "image push");
        command("info needs a service: rustyrun --host ADDRESS info", "info", "system info");
        command("stop the container and run it again, or use a service manager such as systemd", "restart");
        command(
                "checkpoints are not supported: pause and resume keep the container in memory",
                "checkpoint",
                "restore");
        command("a container cannot be renamed: choose its id with run --name", "rename");
        command("ports are published only by run --publish HOST:CONTAINER", "port");
        command("search on the registry's web site, then: rustyrun pull IMAGE", "search", "image search");
        command("there are no named networks: use run --net private, with --publish and --allow", "network");
        command("there are no named volumes: use run --volume DIR:PATH", "volume");
        command("rustyrun image history IMAGE", "history");
        command("rustyrun image inspect IMAGE exits with 0 if the image exists", "image exists");
        command("rustyrun image inspect IMAGE lists its layers", "image tree");
        command("rustyrun run --ephemeral IMAGE CMD can read the image's files", "image mount", "image unmount");
        command("omit the word container: rustyrun list, run, exec, logs, rm, …", "container");
        command(
                "rustyrun gc removes the remains of killed containers, rustyrun image prune removes unused images",
                "prune",
                "system prune");
        command("omit the word image", "image pull", "image load", "image save", "image import", "image tag");
        command(
                "start each container with rustyrun run, or all of them with a service manager such as systemd",
                "compose",
                "pod",
                "play",
                "kube",
                "generate",
                "quadlet",
                "auto-update");
        command("clusters need Kubernetes: docs/kubernetes.md", "swarm", "stack", "service", "node");
        command("mount a file read-only: run --volume FILE:PATH:ro", "secret", "config");
        command("use rustyrun exec for a container, rustyrun health for a service", "healthcheck");
        command("use rustyrun cp or rustyrun export to read a container's files", "mount", "unmount", "umount");
        command("rustyrun run --rootfs / runs a command in a new user namespace", "unshare");
        command("give the machine with each command: rustyrun --host ADDRESS", "context", "machine");
        command("use skopeo inspect --raw docker://IMAGE", "manifest");
        String ports = "use --net private with --publish HOST:CONTAINER";
        option(ports, "--publish-all", "-P", "--expose", "--ip", "--ip6", "--mac-address", "--network-alias");
        String ownFile = "mount your own file: -v FILE:/etc/resolv.conf:ro";
        option(ownFile, "--dns-search", "--dns-option", "--dns-opt");
        option("use --cap-add all --seccomp unconfined --unmask all --new-privileges, and --device", "--privileged");
        option("use a service manager such as systemd to restart it", "--restart");
        option("use --seccomp PROFILE; programs gain no privileges unless --new-privileges is given", "--security-opt");
        option("use --device for each device file", "--gpus");
        option("use --volume for each directory", "--volumes-from");
        option("pass it to stop: rustyrun stop --signal SIGNAL ID", "--stop-signal");
        option("pass it to stop: rustyrun stop --time SECONDS ID", "--stop-timeout");
        option("with --detach the output is stored: rustyrun logs ID", "--log-driver", "--log-opt");
        option("set it in config.json: linux.resources.memory.swappiness", "--memory-swappiness");
        option("use --cgroup-path PATH", "--cgroup-parent");
        option("containers reach each other with --net container:ID", "--link", "--pod");
        option(
                "use rustyrun exec ID CMD",
                "--health-cmd",
                "--health-interval",
                "--health-retries",
                "--health-timeout",
                "--health-start-period",
                "--no-healthcheck");
        option("use --storage-size SIZE, or --ephemeral=SIZE in memory", "--storage-opt");
    }

    static {
        String[] lists = {"list", "ps"};
        for (String list : lists) {
            of(list, "use --status STATUS and --label NAME=VALUE", "--filter");
            of(
                    list,
                    "rustyrun list --format '{{.ID}} {{.Created}}' shows the creation times",
                    "-l",
                    "--latest",
                    "-n",
                    "--last");
            of(list, "rustyrun diff ID lists what a container has changed", "-s", "--size");
        }
        of(
                "images",
                "rustyrun images REPOSITORY lists one repository, rustyrun image prune removes untagged images",
                "--filter");
        of(
                "images",
                "images are sorted by time; for another order: rustyrun images --format '{{.Size}} {{.ID}}' | sort",
                "--sort");
        of("pull", "give each tag: rustyrun pull IMAGE:TAG IMAGE:TAG", "-a", "--all-tags");
        for (String command : new String[] {"pull", "run", "create"}) {
            of(command, "log in first: rustyrun login REGISTRY", "--creds");
        }
        of("pull", "pull always asks the registry; rustyrun run has --pull always|missing|never", "--policy");
        for (String command : new String[] {"run", "create"}) {
            of(
                    command,
                    "pull the image first: rustyrun pull has this option",
                    "--tls-verify",
                    "--authfile",
                    "--plain-http");
            of(command, "without --detach all streams are attached", "-a", "--attach");
            of(command, "signals are always passed on to the command", "--sig-proxy");
            of(command, "use --label NAME=VALUE, which is an annotation", "--annotation");
            of(command, "use -e TZ=ZONE, with an image that contains time zone data", "--tz");
            of(command, "remove the other container first: rustyrun rm --force ID", "--replace");
            of(command, "remove the image afterwards: rustyrun rmi IMAGE", "--rmi");
            of(command, "mount a file read-only: --volume FILE:PATH:ro", "--secret");
            of(command, "use --cpus N", "--cpu-quota", "--cpu-period");
        }
        of("start", "then: rustyrun logs --follow ID", "-a", "--attach", "-i", "--interactive");
        of("logs", "timestamps are not printed; select output with --since TIME", "-t", "--timestamps");
        of("cp", "give the target of the link", "-L", "--follow-link");
        of("cp", "omit it: files copied in belong to the container's root, files copied out to you", "-a", "--archive");
        of("cp", "omit it: cp prints nothing", "-q", "--quiet");
        of("exec", "use --cap NAME for each capability that the command needs", "--privileged");
        of("commit", "omit it: rustyrun save --format selects docker's or the OCI format", "--format");
        of("commit", "rustyrun export ID | rustyrun import - NAME creates an image with one layer", "-s", "--squash");
        of("save", "omit it: an archive can contain any number of images", "-m", "--multi-image-archive");
        of("load", "use --input FILE", "FILE");
        of("inspect", "omit it; for images use rustyrun image inspect IMAGE", "--type");
        of("df", "rustyrun images lists each image with its size", "-v", "--verbose");
    }

    private OtherEngines() {}

    private static void of(String command, String advice, String... names) {
        for (String name : names) {
            OPTIONS.put(command + " " + name, advice);
        }
    }

    private static void command(String advice, String... words) {
        for (String word : words) {
            COMMANDS.put(word, advice);
        }
    }

    private static void option(String advice, String... names) {
        for (String name : names) {
            OPTIONS.put(name, advice);
        }
    }

    /** The advice for a command; {@code words} include the name of its group. */
    static Optional<String> insteadOfCommand(String words) {
        return Optional.ofNullable(COMMANDS.get(words));
    }

    /** The advice for an option of this command, which may include a value, or for an additional argument. */
    static Optional<String> insteadOfOption(String command, String word) {
        String name = word.startsWith("-") ? word.replaceFirst("=.*", "") : "FILE";
        return Optional.ofNullable(OPTIONS.get(command + " " + name)).or(() -> Optional.ofNullable(OPTIONS.get(name)));
    }
}
