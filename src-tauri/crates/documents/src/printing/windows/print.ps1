# Draws each page of a PDF as large as it is, and hands the drawing to the queue: most drivers understand no PDF, and
# Windows' own reader for it (Windows.Data.Pdf) is on every Windows 10 and 11. Says the job's id as JSON: {job}; an empty
# one where the job is over already.
$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = New-Object Text.UTF8Encoding($false)
Add-Type -AssemblyName System.Drawing
Add-Type -AssemblyName System.Runtime.WindowsRuntime
$null = [Windows.Storage.StorageFile, Windows.Storage, ContentType = WindowsRuntime]
$null = [Windows.Data.Pdf.PdfDocument, Windows.Data.Pdf, ContentType = WindowsRuntime]
$null = [Windows.Data.Pdf.PdfPageRenderOptions, Windows.Data.Pdf, ContentType = WindowsRuntime]
$null = [Windows.Storage.Streams.InMemoryRandomAccessStream, Windows.Storage.Streams, ContentType = WindowsRuntime]

$asTask = [System.WindowsRuntimeSystemExtensions].GetMethods() |
    Where-Object { $_.Name -eq 'AsTask' -and $_.GetParameters().Count -eq 1 }
function Wait-Result($operation, $type) {
    $method = $asTask | Where-Object {
        $_.IsGenericMethod -and $_.GetParameters()[0].ParameterType.Name -eq 'IAsyncOperation`1'
    } | Select-Object -First 1
    $task = $method.MakeGenericMethod($type).Invoke($null, @($operation))
    $task.Wait()
    $task.Result
}
function Wait-Action($action) {
    $method = $asTask | Where-Object {
        -not $_.IsGenericMethod -and $_.GetParameters()[0].ParameterType.Name -eq 'IAsyncAction'
    } | Select-Object -First 1
    $method.Invoke($null, @($action)).Wait()
}

$file = Wait-Result ([Windows.Storage.StorageFile]::GetFileFromPathAsync($env:PACKLIGHT_PRINT_FILE)) ([Windows.Storage.StorageFile])
$pdf = Wait-Result ([Windows.Data.Pdf.PdfDocument]::LoadFromFileAsync($file)) ([Windows.Data.Pdf.PdfDocument])

$document = New-Object System.Drawing.Printing.PrintDocument
# This one shows no window.
$document.PrintController = New-Object System.Drawing.Printing.StandardPrintController
$document.DocumentName = $env:PACKLIGHT_PRINT_TITLE
$document.PrinterSettings.PrinterName = $env:PACKLIGHT_PRINT_PRINTER
$document.PrinterSettings.Duplex = 'Simplex'
$document.OriginAtMargins = $false
$width = [int]$env:PACKLIGHT_PRINT_WIDTH
$height = [int]$env:PACKLIGHT_PRINT_HEIGHT
$paper = $document.PrinterSettings.PaperSizes |
    Where-Object { [Math]::Abs($_.Width - $width) -le 4 -and [Math]::Abs($_.Height - $height) -le 4 } |
    Select-Object -First 1
if (-not $paper) { $paper = New-Object System.Drawing.Printing.PaperSize('Packlight', $width, $height) }
$document.DefaultPageSettings.PaperSize = $paper
$document.DefaultPageSettings.Landscape = $false
$dots = $document.DefaultPageSettings.PrinterResolution.X
if ($dots -lt 200 -or $dots -gt 600) { $dots = 300 }

# Copies are made here, in order, because not every driver keeps them in order.
$pages = @(0..($pdf.PageCount - 1))
if ($env:PACKLIGHT_PRINT_REVERSE -eq '1') { [array]::Reverse($pages) }
$script:queue = New-Object System.Collections.Queue
1..([int]$env:PACKLIGHT_PRINT_COPIES) | ForEach-Object { $pages | ForEach-Object { $script:queue.Enqueue($_) } }

$document.add_PrintPage({
    param($source, $turn)
    $page = $pdf.GetPage([uint32]$script:queue.Dequeue())
    $stream = New-Object Windows.Storage.Streams.InMemoryRandomAccessStream
    try {
        # A page's size is in 1/96 inch.
        $options = New-Object Windows.Data.Pdf.PdfPageRenderOptions
        $options.DestinationWidth = [uint32][Math]::Round($page.Size.Width / 96 * $dots)
        $options.DestinationHeight = [uint32][Math]::Round($page.Size.Height / 96 * $dots)
        Wait-Action ($page.RenderToStreamAsync($stream, $options))
        $image = [System.Drawing.Image]::FromStream([System.IO.WindowsRuntimeStreamExtensions]::AsStreamForRead($stream))
        try {
            # The printer's origin is where it can begin to print; the page's is its corner. Units are 1/100 inch.
            $turn.Graphics.DrawImage(
                $image,
                [single](-$turn.PageSettings.HardMarginX),
                [single](-$turn.PageSettings.HardMarginY),
                [single]($page.Size.Width / 96 * 100),
                [single]($page.Size.Height / 96 * 100)
            )
        } finally { $image.Dispose() }
    } finally {
        $stream.Dispose()
        $page.Dispose()
    }
    $turn.HasMorePages = $script:queue.Count -gt 0
})
$document.Print()

$job = Get-CimInstance -ClassName Win32_PrintJob |
    Where-Object { $_.Document -eq $env:PACKLIGHT_PRINT_TITLE -and $_.Name -like ([WildcardPattern]::Escape($env:PACKLIGHT_PRINT_PRINTER) + ', *') } |
    Sort-Object -Property JobId -Descending |
    Select-Object -First 1
[pscustomobject]@{ job = if ($job) { [string]$job.JobId } else { '' } } | ConvertTo-Json -Compress
