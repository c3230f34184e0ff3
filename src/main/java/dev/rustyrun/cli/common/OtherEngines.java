package dev.rustyrun.cli.common;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Words of docker and podman that are none here, and what to use instead of each, in a line. */
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
        command("it is a command of a service: rustyrun --host ADDRESS info", "info", "system info");
        command("stop it and run it again; restarting is left to a service manager, such as systemd", "restart");
        command(
                "a container cannot be saved to disk while it runs: pause and resume keep it in memory",
                "checkpoint",
                "restore");
        command("a container keeps its id: choose it with run --name", "rename");
        command("rustyrun inspect ID shows how it was launched", "port");
        command("look on the registry's web pages, then: rustyrun pull IMAGE", "search", "image search");
        command("a container has a network of its own: run --net private, with --publish and --allow", "network");
        command("directories of this machine are volumes: run --volume DIR:PATH", "volume");
        command("rustyrun image history IMAGE", "history");
        command("rustyrun image inspect IMAGE exits with 0 when it is here", "image exists");
        command("rustyrun image inspect IMAGE lists its layers", "image tree");
        command("rustyrun run --ephemeral IMAGE CMD reads its files", "image mount", "image unmount");
        command("leave that word out: rustyrun list, run, exec, logs, rm, …", "container");
        command(
                "rustyrun gc removes what killed containers have left, rustyrun image prune unused images",
                "prune",
                "system prune");
        command("leave the word image out", "image pull", "image load", "image save", "image import", "image tag");
        command(
                "start each container with rustyrun run, or the whole with a service manager, such as systemd",
                "compose",
                "pod",
                "play",
                "kube",
                "generate",
                "quadlet",
                "auto-update");
        command("clusters are Kubernetes's: docs/kubernetes.md", "swarm", "stack", "service", "node");
        command("mount a file read-only: run --volume FILE:PATH:ro", "secret", "config");
        command("rustyrun exec asks a container, rustyrun health a service", "healthcheck");
        command("rustyrun cp and rustyrun export read the files of a container", "mount", "unmount", "umount");
        command("rustyrun run --rootfs / runs a command in a user namespace of its own", "unshare");
        command("name the machine with every command: rustyrun --host ADDRESS", "context", "machine");
        command("skopeo inspect --raw docker://IMAGE shows it", "manifest");
        String ports = "use --net private with --publish HOST:CONTAINER";
        option(ports, "--publish-all", "-P", "--expose", "--ip", "--ip6", "--mac-address", "--network-alias");
        String ownFile = "mount your own file: -v FILE:/etc/resolv.conf:ro";
        option(ownFile, "--dns-search", "--dns-option", "--dns-opt");
        option("use --cap-add all --seccomp unconfined --unmask all --new-privileges, and --device", "--privileged");
        option("have your service manager, such as systemd, start it again", "--restart");
        option("use --seccomp PROFILE or --new-privileges", "--security-opt");
        option("use --device for each device file", "--gpus");
        option("use --volume for each directory", "--volumes-from");
        option("pass it to stop: rustyrun stop --signal SIGNAL ID", "--stop-signal");
        option("pass it to stop: rustyrun stop --time SECONDS ID", "--stop-timeout");
        option("with --detach its output is kept: rustyrun logs ID", "--log-driver", "--log-opt");
        option("set it in config.json: linux.resources.memory.swappiness", "--memory-swappiness");
        option("use --cgroup-path PATH", "--cgroup-parent");
        option("containers reach each other with --net container:ID", "--link", "--pod");
        option(
                "ask with rustyrun exec ID CMD",
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
            of(list, "choose with --status STATUS and --label NAME=VALUE", "--filter");
            of(
                    list,
                    "rustyrun list --format '{{.ID}} {{.Created}}' shows when each was made",
                    "-l",
                    "--latest",
                    "-n",
                    "--last");
            of(list, "rustyrun diff ID lists what a container has changed", "-s", "--size");
        }
        of(
                "images",
                "rustyrun images REPOSITORY lists those of one, rustyrun image prune removes those without a tag",
                "--filter");
        of(
                "images",
                "they are sorted by time; pipe them: rustyrun images --format '{{.Size}} {{.ID}}' | sort",
                "--sort");
        of("pull", "name each tag: rustyrun pull IMAGE:TAG IMAGE:TAG", "-a", "--all-tags");
        for (String command : new String[] {"pull", "run", "create"}) {
            of(command, "keep a login first: rustyrun login REGISTRY", "--creds");
        }
        of("pull", "pull always asks the registry; rustyrun run has --pull always|missing|never", "--policy");
        for (String command : new String[] {"run", "create"}) {
            of(
                    command,
                    "pull the image first, with rustyrun pull, which has this option",
                    "--tls-verify",
                    "--authfile",
                    "--plain-http");
            of(command, "without --detach all of its streams are the caller's", "-a", "--attach");
            of(command, "signals are always passed on to the command", "--sig-proxy");
            of(command, "use --label NAME=VALUE, which is an annotation", "--annotation");
            of(command, "use -e TZ=ZONE, with an image that has the zones", "--tz");
            of(command, "remove the other first: rustyrun rm --force ID", "--replace");
            of(command, "remove it afterwards: rustyrun rmi IMAGE", "--rmi");
            of(command, "mount a file read-only: --volume FILE:PATH:ro", "--secret");
            of(command, "use --cpus N", "--cpu-quota", "--cpu-period");
        }
        of("start", "then: rustyrun logs --follow ID", "-a", "--attach", "-i", "--interactive");
        of("logs", "the output is kept without times; --since TIME chooses", "-t", "--timestamps");
        of("cp", "name what the link leads to", "-L", "--follow-link");
        of("commit", "leave it out: rustyrun save --format writes the form of docker or of OCI", "--format");
        of("commit", "rustyrun export ID | rustyrun import - NAME makes an image of one layer", "-s", "--squash");
        of("save", "leave it out: an archive takes any number of images", "-m", "--multi-image-archive");
        of("load", "name it with --input FILE", "FILE");
        of("inspect", "leave it out; rustyrun image inspect IMAGE is for images", "--type");
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

    /** What to use instead of a command, with the name of its group before it. */
    static Optional<String> insteadOfCommand(String words) {
        return Optional.ofNullable(COMMANDS.get(words));
    }

    /** What to use instead of an option of this command, which may have a value; or instead of a further word. */
    static Optional<String> insteadOfOption(String command, String word) {
        String name = word.startsWith("-") ? word.replaceFirst("=.*", "") : "FILE";
        return Optional.ofNullable(OPTIONS.get(command + " " + name)).or(() -> Optional.ofNullable(OPTIONS.get(name)));
    }
}
