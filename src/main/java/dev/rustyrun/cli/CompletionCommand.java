package dev.rustyrun.cli;

import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code completion}: prints the completion script of a shell. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description =
                "Print a shell completion script, which completes commands, options, containers, images and values.",
        footer = {
            "",
            "Examples:",
            "  source <(rustyrun completion bash)",
            "  rustyrun completion zsh > /usr/local/share/zsh/site-functions/_rustyrun",
            "  rustyrun completion fish > ~/.config/fish/completions/rustyrun.fish"
        })
public final class CompletionCommand implements EngineContext.Command {

    // All three scripts ask the program that is being typed. In bash a word ends at : and =, so the part before them is
    // not repeated.
    private static final String BASH = """
            # Completion of rustyrun for bash.
            _rustyrun() {
                local line=${COMP_LINE:0:COMP_POINT} words cur prefix= IFS=$' \\t\\n'
                read -ra words <<< "$line"
                [[ $line != *[[:space:]] ]] || words+=("")
                cur=${words[${#words[@]}-1]}
                [[ $COMP_WORDBREAKS != *:* ]] || prefix=${cur%"${cur##*[:=]}"}
                IFS=$'\\n'
                COMPREPLY=($("${1/#\\~/$HOME}" __complete "${words[@]:1}" 2>/dev/null))
                COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
                [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *[:=] ]] || compopt -o nospace
            }
            complete -o default -F _rustyrun rustyrun
            """;

    private static final String ZSH = """
            #compdef rustyrun
            # Completion of rustyrun for zsh.
            _rustyrun() {
                local -a found
                found=(${(f)"$(${~words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
                if (( ! ${#found} )); then
                    _files
                    return
                fi
                compadd -S '' -- ${(M)found:#*[:=]}
                compadd -- ${found:#*[:=]}
            }
            if [[ ${funcstack[1]} = _rustyrun ]]; then
                _rustyrun "$@"
            else
                compdef _rustyrun rustyrun
            fi
            """;

    private static final String FISH = """
            # Completion of rustyrun for fish.
            function __rustyrun_complete
                set -l words (commandline -opc) (commandline -ct)
                set -l found (command $words[1] __complete $words[2..-1] 2>/dev/null)
                if test (count $found) -gt 0
                    printf '%s\\n' $found
                else
                    __fish_complete_path (commandline -ct)
                end
            end
            complete -c rustyrun -f -a '(__rustyrun_complete)'
            """;

    private static final Map<String, String> SCRIPTS = Map.of("bash", BASH, "zsh", ZSH, "fish", FISH);

    @Parameters(paramLabel = "bash|zsh|fish", arity = "1", description = "The shell.")
    private String shell;

    /**
     * The completion script of a shell.
     *
     * @throws InvalidSpecException when the shell is unknown
     */
    public static String script(String shell) {
        return Optional.ofNullable(SCRIPTS.get(shell))
                .orElseThrow(() -> new InvalidSpecException(
                        "no completion for the shell \"" + shell + "\": use bash, zsh or fish"));
    }

    @Override
    public int perform(EngineContext context) {
        context.print(script(shell));
        return 0;
    }
}
