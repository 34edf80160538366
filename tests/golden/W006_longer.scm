Wish: {none, some, all}
Got: {some, all}
Content: binary
Content := Got >= Wish
