#!/bin/sh
# For -toolexec: runs the tools of Go, and makes a build depend on what Go does not see. What the shell command in STAMP
# prints becomes the variable "stamp" of the package that STAMPED names, in its compile, or else of main, in the link.
# Here, and not in a test's temporary folder: its path selects a variant of the standard library.
tool=$1
shift
case "${tool##*/}:$1" in
compile:-V=full | link:-V=full | asm:-V=full | cgo:-V=full) exec "$tool" "$@" ;;
compile:*)
	echo >>"$TMPDIR/compiles"
	case " $* " in
	*" -p ${STAMPED:-none} "*)
		stamp=$(eval "$STAMP") || exit 1
		file=${2%/*}/stamp.go # beside -o $WORK/b001/_pkg_.a, which -trimpath leaves out
		# Exported, so that the packages that import this one are other ones, too.
		printf 'package %s\n\nconst Mark = "%s"\n\nfunc init() { stamp = Mark }\n' "${STAMPED##*/}" "$stamp" >"$file"
		exec "$tool" "$@" "$file"
		;;
	esac
	;;
link:*)
	if [ -z "$STAMPED" ] && [ -n "$STAMP" ]; then
		stamp=$(eval "$STAMP") || exit 1
		set -- -X "main.stamp=$stamp" "$@"
	fi
	rm -f "$TMPDIR/compiles"
	;;
esac
exec "$tool" "$@"
