# Completion of oci-share(8) for fish. Verbs, options and values are what the program itself says: in --help, and of a value that is
# none. Nothing is run but --help, list, and doctor with a group that there is not.

# __oci_share_values COMMAND VERB... --OPTION: fails where the option takes no value; prints the values, where there is a choice.
function __oci_share_values
    set -l said ($argv[1..-2] $argv[-1]=\? --help 2>&1 | string collect)
    if string match -q '*unknown option*' -- $said
        return 1
    else if string match -q '* is not one of: *' -- $said
        string split ' ' -- (string replace -r '(?s).* is not one of: ' '' -- $said)
    else
        # where a verb has it for itself, the one value stands before the colon
        set -l own (string replace -r '(?s)\nSettings.*' '' -- $said)
        string match -gr '(?m)^  '$argv[-1]' +([a-z]+): ' -- $own
    end
    return 0
end

# __oci_share_listed id|sandbox COMMAND [OPTION...]: of all shares. The text of list would have their first 12 characters only.
function __oci_share_listed
    $argv[2] list --json $argv[3..] 2>/dev/null | string match -gr '^ *"'$argv[1]'": "(.*)",$' | sort -u
end

# __oci_share_verbs COMMAND: the verbs with their summaries, as they are: 'subpath clean<tab>unmount ...'.
function __oci_share_verbs
    # a name of one word or two, two blanks, perhaps an operand, the summary
    $argv[1] --help 2>/dev/null | string replace -rf '^  ([a-z]+(?: [a-z]+)?)  +(?:[][A-Z]+ +)?(.*)$' '$1\t$2'
end

function __oci_share_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l command $words[1]
    set -l verb $words[2]
    set -l option
    set -l settings
    set -l operands 0

    if test (count $words) -eq 1
        # of those of two words the first
        __oci_share_verbs $command | string replace -r '^([a-z]+) .*' '$1' | sort -u
        string match -q -- '-*' $current; and printf '%s\n' --help --version
        return
    end
    set -l seconds (__oci_share_verbs $command | string replace -rf '^'(string escape --style=regex -- $verb)' ' '')
    if test (count $words) -eq 2
        printf '%s\n' $seconds
    else if contains -- $words[3] (string replace -r '\t.*' '' -- $seconds)
        set -a verb $words[3]
    end
    set -l help ($command $verb --help 2>/dev/null)
    string match -q "Usage: oci-share $verb *" -- $help[1]; or return

    # What stands before: an option that waits for its value, operands, and which shares are meant.
    for word in $words[(math 2 + (count $verb))..]
        if test -n "$option"
            contains -- $option --config --share-dir; and set -a settings $option=$word
            set option
            continue
        end
        switch $word
            case '--config=*' '--share-dir=*'
                set -a settings $word
            case '-*=*'
            case '-*'
                __oci_share_values $command $verb $word >/dev/null; and set option $word
            case '*'
                set operands (math $operands + 1)
        end
    end
    set -l prefix
    if test -z "$option"; and string match -q -- '--*=*' $current
        set option (string replace -r '=.*' '' -- $current)
        set prefix $option=
        set current (string replace -r '^[^=]*=' '' -- $current)
    end

    if test -n "$option"
        set -l values (__oci_share_values $command $verb $option); or return
        switch $option
            case --config --command
                __fish_complete_path $current | string replace -r '^' -- "$prefix"
            case --root --pod-dir --volume
                __fish_complete_directories $current | string replace -r '^' -- "$prefix"
            case --sandbox
                printf "$prefix%s\n" (__oci_share_listed sandbox $command $settings)
            case '*'
                if test "$values" = /absolute/path
                    __fish_complete_directories $current | string replace -r '^' -- "$prefix"
                else if string match -q 'file:*' -- $current; and contains file:/absolute/path $values
                    __fish_complete_path (string sub -s 6 -- $current) | string replace -r '^' -- "$prefix"file:
                else if test -n "$values"
                    printf "$prefix%s\n" (string replace /absolute/path '' -- $values)
                end
        end
    else if string match -q -- '-*' $current
        string replace -rf '^  (--[a-z-]+)(?: FILE)?  +(.*)' '$1\t$2' -- $help
        printf '%s\n' --help --version
    else if test $operands -eq 0
        switch $help[1]
            case '*STATE*'
                __fish_complete_path $current
            case '*GROUP*'
                set -l said ($command $verb \? 2>&1 | string collect)
                string split ' ' -- (string replace -r '(?s).* is not one of: ' '' -- $said)
            case '*ID*'
                __oci_share_listed id $command $settings
        end
    end
end

complete -c oci-share -f -k -a '(__oci_share_complete)'
