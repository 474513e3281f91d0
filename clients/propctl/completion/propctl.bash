# Completion of propctl in bash; what fits is propctl's own to say.
# SPDX-License-Identifier: Apache-2.0

_propctl() {
    local words=() word offer quoted i
    # bash cuts --dataset=iris into three words; propctl takes it as one.
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == = && $i -gt 1 ]]; then
            words[${#words[@]} - 1]+="="
        elif [[ ${#words[@]} -gt 0 && ${words[${#words[@]} - 1]} == --*= && ${COMP_WORDS[i - 1]} == = ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
    done
    word=${COMP_WORDS[COMP_CWORD]}
    [[ $word == = ]] && word=
    COMPREPLY=()
    # Names are the server's: compgen -W would run a $(...) in them, and so would the line itself.
    while IFS= read -r offer; do
        printf -v quoted %q "$offer"
        [[ $offer == "$word"* ]] && COMPREPLY+=("$quoted")
    done < <(propctl complete "${words[@]}" 2>/dev/null)
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
}

complete -o default -F _propctl propctl
