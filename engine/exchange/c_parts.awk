# SPDX-License-Identifier: Apache-2.0
# The C files of c_parts/ as a table of {name, text}: what stands between "part: name" and the next.
BEGIN { print "static const struct {\n    const char *name, *text;\n} parts[] = {" }
END { print "};" }
/^\/\* part: [a-z_]+ \*\/$/ { if (open) print "},"; printf "{\"%s\",", $3; open = 1; next }
/^\/\* parts end \*\/$/ { if (open) print "},"; open = 0; next }
open { gsub(/\\/, "&&"); gsub(/["?]/, "\\\\&"); printf "\n \"%s\\n\"", $0 }
