Wind: {calm, strong}
Tide: {strong, weak, calm}
Danger: binary
Danger := Wind + Tide == calm
